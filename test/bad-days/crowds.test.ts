import { createKafka } from '../../activities/kafka/kafka.ts';
import { seedSource } from '../../activities/mysql/source-seeder.ts';
import { topicName } from '../../pipeline/tables.ts';
import { testSettings, testVariables, uniqueDatabase } from '../support/stack.ts';
import { figuresOf, setScene, type Scene } from './scene.ts';

const database = uniqueDatabase();

beforeAll(async () => {
  await seedSource(testSettings({ TW_MYSQL_DATABASE: database }).mysql, {
    force: false,
    signal: new AbortController().signal,
  });
}, 60_000);

async function sceneWithWorker(): Promise<Scene> {
  const scene = await setScene(testVariables({ TW_MYSQL_DATABASE: database }));
  await scene.worker();
  return scene;
}

/** Records in the pin topic. */
async function postedTo({ settings }: Scene): Promise<number> {
  const kafka = createKafka(settings.kafka);
  try {
    return (await kafka.offsets(topicName(settings.user, 'pin'))).reduce((sum, { high }) => sum + high, 0);
  } finally {
    await kafka.close();
  }
}

/** Records that some stranger's producer may write to the geo topic, and whether each is bad: data for the quarantine alone. */
const strange: readonly (readonly [value: string | null, bad: boolean])[] = [
  ['not json at all', true],
  ['null', true],
  [null, true],
  ['[1,2,3]', true],
  ['"text"', true],
  ['{"ind": "seven"}', true],
  ['{"ind": 3.5, "country": "Nowhere"}', true],
  ['{"ind": 20001, "timestamp": "yesterday"}', true],
  ['{"ind": 20002, "timestamp": "2020-02-30 10:00:00"}', true],
  ['{"ind": 20003, "latitude": "north"}', true],
  [`{"ind": 20004, "country": "${'x'.repeat(1024 * 1024)}"}`, true],
  ['{"ind": 20005, "index": 20006, "country": "Two keys"}', true],
  [`{"ind": 20007, "country": ${'['.repeat(400)}${']'.repeat(400)}}`, true],
  [
    '{"__proto__": {"admin": true}, "ind": 20010, "country": "Albania", "latitude": 1.5, "longitude": 2.5, "timestamp": "2020-01-01T00:00:00"}',
    false,
  ],
  [
    '{"index": 20011, "country": "Côte d\'Ivoire", "latitude": 1, "longitude": 2, "timestamp": "2020-01-01 00:00:00", "extra": {"a": [1]}}',
    false,
  ],
  ['{"ind": 20012, "country": "Once", "latitude": 1, "longitude": 2, "timestamp": "2020-01-01 00:00:00"}', false],
  ['{"ind": 20012, "country": "Once", "latitude": 1, "longitude": 2, "timestamp": "2020-01-01 00:00:00"}', false],
  ['{\n  "ind": 20013,\n  "country": "Many lines"\n}', false],
];

describe('the batch', () => {
  test('puts garbage aside, every record of it, and goes on with the rest', async () => {
    await using scene = await sceneWithWorker();
    const kafka = createKafka(scene.settings.kafka);
    try {
      const producer = await kafka.producer();
      // One by one: a record of over a megabyte must not take its neighbours along.
      for (const [value] of strange) {
        const record = { key: Buffer.from('one key'), value: value === null ? null : Buffer.from(value) };
        await producer.send(topicName(scene.settings.user, 'geo'), [record]);
      }
      await producer.close();
    } finally {
      await kafka.close();
    }
    const run = await scene.run({ posts: 100 });
    const { landed, cleaned } = await figuresOf(scene, run);
    const bad = strange.filter(([, isBad]) => isBad).length;
    const landing = landed.find(({ table }) => table === 'geo')?.partitions ?? [];
    const atLanding = landing.reduce((sum, { quarantined }) => sum + quarantined, 0);
    const lines = landing.reduce((sum, { records }) => sum + records, 0);
    const geo = cleaned.find(({ table }) => table === 'geo');
    const pin = cleaned.find(({ table }) => table === 'pin');
    expect(atLanding + lines).toBe(100 + strange.length);
    expect(atLanding + (geo?.quarantined ?? 0)).toBe(bad);
    expect([geo?.read, geo?.clean]).toEqual([lines, 100 + strange.length - bad]);
    // One of the good ones came twice.
    expect(geo?.rows).toBe((pin?.rows ?? 0) + strange.length - bad - 1);
    await scene.expectWhole();
  }, 180_000);

  test('refuses a second start under the same id, and two that ask at once come after each other, share out the draw and lose nothing', async () => {
    await using scene = await sceneWithWorker();
    const [one, other] = await Promise.all([scene.run({ posts: 150 }, 'one'), scene.run({ posts: 150 }, 'other')]);
    await expect(scene.run({ posts: 150 }, 'one')).rejects.toThrow(/already/i);
    const figures = [await figuresOf(scene, one), await figuresOf(scene, other)];
    const parts = figures.map(({ emulated }) => emulated.draw).toSorted((a, b) => a.from - b.from);
    expect(parts).toEqual([
      { from: 0, to: 150 },
      { from: 150, to: 300 },
    ]);
    await scene.expectWhole();
  }, 180_000);

  test('does an old run again after a newer one, and the newer rows stay', async () => {
    await using scene = await sceneWithWorker();
    const monday = await figuresOf(scene, await scene.run({ posts: 120 }, 'monday'));
    const tuesday = await figuresOf(scene, await scene.run({ posts: 120 }, 'tuesday'));
    const posted = await postedTo(scene);
    const again = await figuresOf(scene, await scene.run({ posts: 120 }, 'monday'));
    expect(again.emulated).toEqual(monday.emulated);
    expect(await postedTo(scene)).toBe(posted);
    expect(again.cleaned.map(({ version }) => version)).toEqual(monday.cleaned.map(({ version }) => version));
    expect(tuesday.emulated.draw).toEqual({ from: 120, to: 240 });
    const wednesday = await figuresOf(scene, await scene.run({ posts: 1 }, 'wednesday'));
    expect(wednesday.cleaned[0]?.rows).toBeGreaterThanOrEqual(tuesday.cleaned[0]?.rows ?? 0);
    await scene.expectWhole();
  }, 240_000);
});
