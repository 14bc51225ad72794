import { auditChains } from '../../../activities/steps/chain-audit.ts';
import { landingFixtures, type LandingFixture } from './landing-fixture.ts';

let fixtures: Awaited<ReturnType<typeof landingFixtures>>;
let at: LandingFixture;

beforeAll(async () => {
  fixtures = await landingFixtures();
});
beforeEach(async () => {
  at = await fixtures.make();
  await at.send([...Array.from({ length: 120 }, (_, n) => `{"index":${n}}`), 'bad']);
  await at.land(at.range(0, 121));
});
afterAll(() => fixtures.close());

const audit = (bytes = true): ReturnType<typeof auditChains> => auditChains(at.zone, [at.topic, 'u.none'], { bytes });

describe('the audit of whole chains', () => {
  test('finds a whole chain whole', async () => {
    const whole = { topic: at.topic, partition: 0, objects: 4, offsets: 121, end: 121, records: 120, quarantined: 1 };
    expect(await audit()).toEqual([{ ...whole, absent: 0, lost: 0, problems: [] }]);
    expect(await audit(false)).toEqual(await audit());
  });

  test('says what is wrong with a chain that lost an object, and with strangers in its folder', async () => {
    const [, second] = await at.objects(0, 121);
    await at.store.remove([second?.key ?? '']);
    await at.store.create(`topics/${at.topic}/partition=0/_SUCCESS`, Buffer.from(''));
    const [chain] = await audit();
    expect(chain?.problems).toEqual([
      expect.stringContaining('_SUCCESS is not a landed object'),
      expect.stringMatching(/offsets 40 to 79 are in no object/),
    ]);
  });

  test('misses bad records that left quarantine, also without reading the bytes, as the daily proof does', async () => {
    const key =
      (await at.objects(0, 121)).find(({ quarantineKey }) => quarantineKey !== undefined)?.quarantineKey ?? '';
    await at.store.remove([key]);
    const missed = [expect.stringMatching(/quarantine\/.* names, is not there/)];
    expect([(await audit(false))[0]?.problems, (await audit())[0]?.problems]).toEqual([missed, missed]);
  });

  test('sees a changed line only when it reads the bytes', async () => {
    const [first] = await at.objects(0, 1);
    const { body, metadata = {} } = (await at.store.get(first?.key ?? '')) ?? {};
    await at.store.replace(first?.key ?? '', Buffer.from(String(body).replace('"index":7', '"index":8')), { metadata });
    expect((await audit(false))[0]?.problems).toEqual([]);
    expect((await audit())[0]?.problems).toEqual([expect.stringContaining('sha256 differs')]);
  });
});
