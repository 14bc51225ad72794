import { Connection, WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import type { WorkflowBundle } from '@temporalio/worker';
import type { RunLedger } from '../../activities/shared/run-ledger.ts';
import type { RunSummaryRecord } from '../../dag/run-record.ts';
import { asset } from '../../dag/assets.ts';
import { ensureNamespace } from '../../scripts/namespace.ts';
import { clearUpdate } from '../../workflows/engine/edits.ts';
import { answerUpdate } from '../../workflows/engine/run-desk.ts';
import { eventually } from '../support/own-state.ts';
import { testSettings, uniqueName } from '../support/stack.ts';
import { fixtureActivities } from './fixtures/fixture-activities.ts';
import { bundle, collectLogs, endOf, startHarness, type Harness } from './harness.ts';

/**
 * The story: the hub of assets stood still for ever after its worker was killed. Temporal's core takes a workflow task that left no
 * event for a heartbeat, and makes it one with the next task where a worker that does not know the workflow is sent both with an
 * update; a later replay keeps them apart (temporalio/sdk-rust#1146). Whatever an update does may then be done in another order.
 */
describe('an update that comes to workers which do not know the workflow yet', () => {
  const own = uniqueName('cold');
  let env: TestWorkflowEnvironment;
  let client: Client;
  let code: WorkflowBundle;

  beforeAll(async () => {
    collectLogs();
    const { address } = testSettings().temporal;
    const connection = await Connection.connect({ address });
    await ensureNamespace(connection, { namespace: own, retentionDays: 1 });
    await connection.close();
    env = await TestWorkflowEnvironment.createFromExistingServer({ address, namespace: own });
    ({ client } = env);
    code = await bundle('test/workflows/fixtures/cold-dags');
  });

  afterAll(() => env.teardown());

  /** With workers that nobody has asked anything yet, and that know nothing. */
  async function withNewWorkers(
    act: (harness: Harness) => Promise<void>,
    ledgerOf?: (ledger: RunLedger) => RunLedger,
  ): Promise<void> {
    const io = fixtureActivities();
    const harness = await startHarness(env, {
      bundle: code,
      activities: { io, engine: io },
      taskQueue: own,
      bucket: own,
      ...(ledgerOf && { ledgerOf }),
    });
    try {
      await act(harness);
    } finally {
      await harness.stop();
    }
  }

  /** Without a query, which would have the workers get to know the run. */
  const completed = (runId: string, activities: number): Promise<void> =>
    eventually(`${activities} activities have ended`, async () => {
      const { events } = await client.workflow.getHandle(runId).fetchHistory();
      const ends = events?.filter((event) => event.activityTaskCompletedEventAttributes != null) ?? [];
      const tasks = events?.filter((event) => event.workflowTaskScheduledEventAttributes != null) ?? [];
      const done = events?.filter((event) => event.workflowTaskCompletedEventAttributes != null) ?? [];
      return ends.length === activities && tasks.length === done.length;
    });

  async function start(dagId: string): Promise<string> {
    let runId = '';
    await withNewWorkers(async (harness) => {
      runId = (await harness.start(dagId)).workflowId;
      await completed(runId, 2);
    });
    return runId;
  }

  /** How a run ends by what its history says to workers that do not know it. */
  async function endsAs(runId: string): Promise<string | undefined> {
    let state: string | undefined;
    await withNewWorkers(async () => {
      const run = client.workflow.getHandle(runId);
      await run.signal('end', null);
      state = (await endOf(run)).result?.state;
    });
    return state;
  }

  test('an answer finds the question that was asked in a task which left no event', async () => {
    const runId = await start('asksLater');
    await withNewWorkers(async () => {
      await client.workflow
        .getHandle(runId)
        .executeUpdate(answerUpdate, { args: [{ taskId: 'release', options: ['Approve'] }] });
      await completed(runId, 3);
    });
    expect(await endsAs(runId)).toBe('success');
  });

  test('what follows from an answer begins in the order of the replay', async () => {
    const runId = await start('joinsLater');
    await withNewWorkers(async () => {
      await client.workflow
        .getHandle(runId)
        .executeUpdate(answerUpdate, { args: [{ taskId: 'release', options: ['Approve'] }] });
      await completed(runId, 4);
    });
    expect(await endsAs(runId)).toBe('success');
  });

  test('a clear finds the tasks in the states that they have', async () => {
    const runId = await start('clearsLater');
    const run = client.workflow.getHandle(runId);
    await withNewWorkers(async () => {
      const cleared = await run.executeUpdate(clearUpdate, { args: [{ taskIds: ['late'], onlyFailed: false }] });
      expect(cleared).toEqual([{ taskId: 'late', mapIndex: -1, from: 'success', to: 'none' }]);
      await completed(runId, 3);
    });
    await withNewWorkers(async () => {
      await run.signal('wait', null);
      await completed(runId, 4);
    });
    expect(await endsAs(runId)).toBe('success');
  });

  test('is refused, to be said again, while the run keeps its record: a replay would have that first', async () => {
    let keep: () => void = () => undefined;
    const kept = new Promise<void>((resolve) => (keep = resolve));
    let isKeeping = false;
    const withSlowLedger = (ledger: RunLedger): RunLedger => ({
      ...ledger,
      write: async (record) => {
        isKeeping = true;
        await kept;
        return ledger.write(record);
      },
    });
    await withNewWorkers(async (harness) => {
      const run = await harness.start('taken');
      const cleared = async (): Promise<string | undefined> => {
        const asked = run.executeUpdate(clearUpdate, { args: [{ taskIds: ['only'], onlyFailed: false }] });
        const error: unknown = await asked.catch((thrown: unknown) => thrown);
        return error instanceof WorkflowUpdateFailedError ? error.cause?.message : undefined;
      };
      await eventually('it keeps its record', () => isKeeping);
      expect(await cleared()).toMatch(/keeping its record: say it again/);
      keep();
      expect((await endOf(run)).result?.state).toBe('success');
      const { events } = await run.fetchHistory();
      expect(events?.filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes != null)).toEqual([]);
    }, withSlowLedger);
  });

  test('the hub of assets knows its subscriptions before what they are for', async () => {
    const tell = ({ assets }: Harness, n: number): Promise<void> =>
      assets.tell([{ id: `e${n}`, asset: 'cold/a', dagId: 'd', runId: 'r', taskId: 't', mapIndex: n, timestamp: n }]);
    await withNewWorkers(async ({ assets }) => {
      await assets.subscribe([{ dagId: 'taken', condition: asset('cold/a') }]);
      await eventually('it knows them', async () => (await assets.status())?.queues.length === 1);
    });
    await withNewWorkers((harness) => tell(harness, 1));
    await withNewWorkers((harness) => tell(harness, 2));
    await withNewWorkers(async (harness) => {
      await tell(harness, 3);
      const runs = async (): Promise<readonly RunSummaryRecord[]> => {
        const found: RunSummaryRecord[] = [];
        for await (const run of harness.ledger.list('taken')) found.push(run);
        return found;
      };
      await eventually('each event has had its run', async () => (await runs()).length >= 3);
      expect(await runs()).toHaveLength(3);
    });
  });
});
