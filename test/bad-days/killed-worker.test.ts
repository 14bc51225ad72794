import { createKafka } from '../../activities/kafka/kafka.ts';
import { seedSource } from '../../activities/mysql/source-seeder.ts';
import { topicName } from '../../pipeline/tables.ts';
import { startFaultProxy, type FaultProxy } from '../activities/s3/fault-proxy.ts';
import { testSettings, testVariables, uniqueDatabase } from '../support/stack.ts';
import { eventually } from '../support/own-state.ts';
import { figuresOf, setScene, type Scene } from './scene.ts';

const database = uniqueDatabase();
const variables = (): Readonly<Record<string, string>> => testVariables({ TW_MYSQL_DATABASE: database });

beforeAll(async () => {
  await seedSource(testSettings({ TW_MYSQL_DATABASE: database }).mysql, {
    force: false,
    signal: new AbortController().signal,
  });
}, 60_000);

/** Moments in which a worker dies: the request that it made of S3, by method and path (bucket first), and whether S3 had done it. */
const moments: readonly (readonly [name: string, method: string, key: RegExp, done: boolean])[] = [
  ['emulate, between its claim of the draw and the first post', 'PUT', /\/draws\/.*\.json$/, true],
  ['planLanding, with its ranges fixed and not reported', 'PUT', /\/inputs\/landing-pin\.json$/, true],
  ['landPartition, before its object is there', 'PUT', /\/topics\/[^/]*\.pin\//, false],
  ['landPartition, with its object landed and not reported', 'PUT', /\/topics\/[^/]*\.pin\//, true],
  ['clean, with data files written and no commit', 'PUT', /\/tables\/duckdb\/pin\/_delta_log\//, false],
  ['clean, with its commit made and not reported', 'PUT', /\/tables\/duckdb\/pin\/_delta_log\//, true],
  ['answer, with answers stored and not reported', 'PUT', /^\/[^/]+\/answers\//, true],
  ['report, with the page stored and not reported', 'PUT', /\/reports\//, true],
  ['verify, in the middle of reading', 'GET', /\/topics\/[^/]*\.geo\//, false],
];

/** Lets the moment's first request through (`done`) or not, tells nobody, and stalls all that comes after it. */
function freezeAt(
  proxy: FaultProxy,
  method: string,
  key: RegExp,
  done: boolean,
  after: () => boolean,
): { readonly reached: () => boolean } {
  let reached = false;
  proxy.rule = (asked, path) => {
    if (reached) return { kind: 'silence' };
    if (asked !== method || !key.test(path) || !after()) return undefined;
    reached = true;
    return { kind: done ? 'lose-response' : 'silence' };
  };
  return { reached: () => reached };
}

async function succeed(scene: Scene, run: Awaited<ReturnType<Scene['run']>>, posts: number): Promise<void> {
  const { emulated, cleaned } = await figuresOf(scene, run);
  expect(emulated.draw).toEqual({ from: 0, to: posts });
  expect(cleaned.map(({ rows }) => rows)).toEqual([cleaned[0]?.rows, cleaned[0]?.rows, cleaned[0]?.rows]);
  expect(cleaned[0]?.rows).toBeGreaterThan(posts * 0.9);
  await scene.expectWhole();
}

describe('a worker killed (SIGKILL) in', () => {
  test.each(moments)(
    '%s',
    async (_, method, key, done) => {
      const proxy = await startFaultProxy(testSettings().s3.endpoint ?? '');
      try {
        await using scene = await setScene(variables());
        const verifying = { seen: false };
        const frozen = freezeAt(proxy, method, key, done, () => method !== 'GET' || verifying.seen);
        const first = await scene.worker({ TW_S3_ENDPOINT: proxy.endpoint });
        const run = await scene.run({ posts: 60 });
        await eventually('the moment', async () => {
          // Cleaning reads landed objects, too: the moment is when verify does, once the answers are there.
          verifying.seen ||= proxy.seen.some((line) => /^PUT \/[^/]+\/answers\//.test(line));
          return frozen.reached();
        });
        // What the server was asked for before the freeze is done by now.
        await new Promise((resolve) => setTimeout(resolve, 300));
        await first.kill();
        await scene.worker();
        await succeed(scene, run, 60);
      } finally {
        await proxy.close();
      }
    },
    90_000,
  );

  test.concurrent(
    'emulate, in the middle of its posts',
    async () => {
      await using scene = await setScene(variables());
      const first = await scene.worker();
      const run = await scene.run({ posts: 300, rate: 60 });
      const kafka = createKafka(scene.settings.kafka);
      try {
        const posted = async (): Promise<number> =>
          (await kafka.offsets(topicName(scene.settings.user, 'user'))).reduce((sum, { high }) => sum + high, 0);
        await eventually('a third of the posts', async () => (await posted()) >= 100);
        await first.kill();
        await scene.worker();
        await succeed(scene, run, 300);
        // At least once, and no more often than what one chunk may repeat.
        expect(await posted()).toBeGreaterThanOrEqual(300);
        expect(await posted()).toBeLessThan(600);
      } finally {
        await kafka.close();
      }
    },
    180_000,
  );
});
