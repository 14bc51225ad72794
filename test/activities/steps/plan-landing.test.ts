import { createPlanLanding } from '../../../activities/steps/plan-landing.ts';
import type { LandingRange } from '../../../activities/steps/contract.ts';
import { runPrefix } from '../../../pipeline/run-keys.ts';
import { landingFixtures, type LandingFixture } from './landing-fixture.ts';
import { testContext } from './step-context.ts';

let fixtures: Awaited<ReturnType<typeof landingFixtures>>;
let at: LandingFixture;

beforeAll(async () => {
  fixtures = await landingFixtures();
});
beforeEach(async () => {
  at = await fixtures.make();
});
afterAll(() => fixtures.close());

const some = (count: number): string[] => Array.from({ length: count }, (_, n) => `{"index":${n}}`);

/** Plans as a run that no other test has: its id ends with the fixture's user. */
async function plan(runId: string): Promise<readonly LandingRange[]> {
  return createPlanLanding(at)({ table: 'pin' }, testContext({ runId: `${runId} of ${at.user}` }));
}

const planKey = (runId: string): string =>
  `${runPrefix({ dagId: 'testDag', runId: `${runId} of ${at.user}` })}inputs/landing-pin.json`;

describe('the plan of a landing', () => {
  test('is from the first record kept to the high watermark, and stays that while the topic grows', async () => {
    await at.send(some(50));
    await at.forget(20);
    expect(await plan('a/b ü')).toEqual([at.range(20, 50)]);
    await at.send(some(30));
    await at.land(at.range(20, 50));
    expect(await plan('a/b ü')).toEqual([at.range(20, 50)]);
    expect(planKey('a/b ü')).toMatch(/^runs\/testDag\/a%2Fb%20%C3%BC%20of%20u[0-9a-f]+\/inputs\/landing-pin\.json$/);
  });

  test('of the next run goes on where the chain ends; on a quiet day it is empty', async () => {
    await at.send(some(50));
    await at.land(at.range(0, 50));
    expect(await plan('quiet')).toEqual([at.range(50, 50)]);
    await at.send(some(7));
    expect(await plan('next')).toEqual([at.range(50, 57)]);
  });

  test('is one for all attempts, though they see other watermarks at once', async () => {
    const plans: Promise<readonly LandingRange[]>[] = [];
    for (let n = 0; n < 5; n += 1) {
      await at.send(some(10));
      plans.push(plan('twins'));
    }
    const all = await Promise.all(plans);
    for (const one of all) expect(one).toEqual(all[0]);
  });

  test('of an empty topic is empty, and of a missing topic an error that says so', async () => {
    expect(await plan('empty')).toEqual([at.range(0, 0)]);
    const elsewhere = createPlanLanding({ ...at, user: 'nobody' });
    await expect(elsewhere({ table: 'geo' }, testContext())).rejects.toMatchObject({ code: 'not_found' });
  });

  test('refuses to go over a loss, and says what was lost and how to go on', async () => {
    await at.send(some(50));
    await at.land(at.range(0, 10));
    await at.forget(30);
    const failure: unknown = await plan('lossy').catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'corrupt', canRetry: false });
    expect(String(failure)).toContain(`accept-loss ${at.topic} 0 --from 10 --to 30`);
    // Nothing was fixed, so that the run can plan when the loss is accepted.
    expect(await at.store.head(planKey('lossy'))).toBeUndefined();
  });

  test('refuses a topic that was deleted and made again', async () => {
    await at.send(some(50));
    await at.land(at.range(0, 50));
    const anew = { ...at.kafka, offsets: async () => [{ partition: 0, low: 0, high: 12 }] };
    const step = createPlanLanding({ ...at, kafka: anew });
    await expect(step({ table: 'pin' }, testContext({ runId: at.user }))).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining('deleted and made again'),
    });
  });

  // A key that moves to a lower partition keeps its old row in the tables, and every audit calls the new record superseded.
  test('takes a topic that grew to a multiple of its partitions, and refuses any other number', async () => {
    const planWith = async (partitions: number, high: number): Promise<readonly LandingRange[]> => {
      const offsets = Array.from({ length: partitions }, (_, partition) => ({ partition, low: 0, high }));
      const step = createPlanLanding({ ...at, kafka: { ...at.kafka, offsets: async () => offsets } });
      return step({ table: 'pin' }, testContext({ runId: `${partitions} with ${high} of ${at.user}` }));
    };
    // Nothing was ever in it: it may have been made anew.
    expect(await planWith(5, 0)).toHaveLength(5);
    expect(await planWith(3, 10)).toHaveLength(3);
    expect(await planWith(3, 11)).toHaveLength(3);
    for (const partitions of [4, 2, 5]) {
      await expect(planWith(partitions, 12)).rejects.toMatchObject({
        code: 'invalid',
        canRetry: false,
        message: expect.stringContaining(`has ${partitions} partitions, and was landed when it had 3`),
      });
    }
    expect(await planWith(6, 12)).toHaveLength(6);
    for (const partitions of [3, 9]) await expect(planWith(partitions, 13)).rejects.toMatchObject({ code: 'invalid' });
    // What a run had fixed before is landed all the same.
    expect(await planWith(3, 10)).toEqual(await planWith(3, 10));
  });

  test.each([
    'nonsense',
    '{"version":1,"table":"geo","ranges":[]}',
    '{"version":1,"table":"pin","ranges":[{"topic":"t"}]}',
  ])('is not believed when it says %j', async (text) => {
    await at.store.replace(planKey('edited'), Buffer.from(text));
    await expect(plan('edited')).rejects.toMatchObject({ code: 'corrupt' });
  });
});
