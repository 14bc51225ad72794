import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Connection } from '@temporalio/client';
import { asActivity } from '../../activities/shared/activity-context.ts';
import { AdapterError } from '../../activities/shared/adapter-error.ts';
import type {
  AnswerResult,
  CleanResult,
  EmulateResult,
  EngineActivities,
  IoActivities,
  ReportInput,
} from '../../activities/steps/contract.ts';
import { ensureNamespace } from '../../scripts/namespace.ts';
import { testSettings, uniqueName } from '../support/stack.ts';
import { bundle, collectLogs, endOf, startHarness, type Harness } from './harness.ts';

const { address } = testSettings().temporal;
const namespace = uniqueName('daily');

/** What is asked of one run's activities, and what they saw. */
interface Play {
  /** The activity that fails for good. */
  readonly fails: string | null;
  readonly calls: string[];
  report: ReportInput | undefined;
}

/** By run id. */
const plays = new Map<string, Play>();

/** Activities that give what the steps would, except the one that its run wants to fail. */
function activities() {
  const call = <Input, Result>(name: string, result: (input: Input, play: Play) => Result) =>
    asActivity(async (input: Input, { place }) => {
      const play = plays.get(place.runId);
      if (play === undefined) throw new Error('a run that nobody planned');
      play.calls.push(`${place.taskId}[${place.mapIndex}] ${name} try ${place.tryNumber}`);
      if (name === play.fails) throw new AdapterError(`${name} cannot`, { system: 's3', code: 'corrupt' });
      return result(input, play);
    });
  const rows = { q4: 1, q5: 1, q5all: 1, q6a: 1, q6b: 1, q7: 1, q8: 1, q9: 1, q10: 1, q11: 1 };
  const io: IoActivities = {
    emulate: call('emulate', ({ posts }): EmulateResult => ({
      draw: { from: 0, to: posts },
      records: { pin: posts, geo: posts, user: posts },
    })),
    planLanding: call('planLanding', ({ table }) =>
      [0, 1, 2].map((partition) => ({ topic: `someone.${table}`, partition, from: 0, to: 10 })),
    ),
    landPartition: call('landPartition', ({ range }) => ({
      ...range,
      objects: 1,
      records: 10,
      quarantined: 0,
      bytes: 9,
    })),
    report: call('report', (input, play) => {
      play.report = input;
      return { key: 'reports/x.html' };
    }),
    verify: call('verify', () => ({ objects: 9, offsets: 90, rows: 90 })),
  };
  const engine: EngineActivities = {
    clean: call('clean', ({ table, landed }): CleanResult => {
      if (landed.table !== table) throw new Error('the landing of another table');
      const none = { inserted: 0, updated: 0, quarantined: 0, missing: {} };
      return { table, version: 1, read: 30, clean: 30, rows: 30, ...none };
    }),
    answer: call('answer', (): AnswerResult => ({ key: 'answers/x.json', rows })),
  };
  return { io, engine };
}

describe('pinterestDaily', () => {
  let env: TestWorkflowEnvironment;
  let harness: Harness;

  beforeAll(async () => {
    collectLogs();
    const connection = await Connection.connect({ address });
    const [code] = await Promise.all([
      bundle('test/workflows/fixtures/quick-daily'),
      ensureNamespace(connection, { namespace, retentionDays: 7 }),
    ]);
    await connection.close();
    env = await TestWorkflowEnvironment.createFromExistingServer({ address, namespace });
    harness = await startHarness(env, { bundle: code, activities: activities() });
  });

  afterAll(async () => {
    await harness.stop();
    await env.teardown();
  });

  async function run(fails: string | null) {
    const workflowId = uniqueName('daily');
    const play: Play = { fails, calls: [], report: undefined };
    plays.set(workflowId, play);
    const taskQueue = `${harness.taskQueue}-orchestration`;
    const options = { workflowId, taskQueue, args: [{ posts: 7 }] };
    const end = await endOf(await env.client.workflow.start('pinterestDaily', options));
    return { ...end, ...play };
  }

  test('posts, lands every partition, cleans, answers, reports and verifies', async () => {
    const { result, calls, report } = await run(null);
    expect(result?.state).toBe('success');
    expect(calls.filter((call) => call.includes('landPartition'))).toHaveLength(9);
    expect(report).toMatchObject({
      emulated: { draw: { from: 0, to: 7 } },
      answers: { key: 'answers/x.json' },
      failure: null,
      landed: [{ table: 'pin' }, { table: 'geo' }, { table: 'user' }],
      cleaned: [{ table: 'pin' }, { table: 'geo' }, { table: 'user' }],
    });
  });

  test.each(['emulate', 'planLanding', 'landPartition', 'clean', 'answer'])(
    'fails when %s fails, and reports all the same',
    async (fails) => {
      const { result, type, message, report, calls } = await run(fails);
      expect([result?.state, type]).toEqual(['failed', 'DagRunFailed']);
      expect(message).toContain(`${fails} cannot`);
      expect(result?.tasks).toMatchObject({ report: 'success', verify: 'upstream_failed' });
      expect(report).toMatchObject({ answers: null, failure: `${fails} cannot` });
      expect(calls.some((call) => call.endsWith(`${fails} try 4`))).toBe(true);
    },
  );

  test.each(['report', 'verify'])('fails when %s fails', async (fails) => {
    const { result, message } = await run(fails);
    expect(result?.state).toBe('failed');
    expect(message).toBe(`failed: ${fails} (${fails} cannot)`);
  });
});
