import type { Client, WorkflowHandle } from '@temporalio/client';
import { createRunLedger } from '../../../activities/s3/run-ledger.ts';
import { createS3ObjectStore, type S3ObjectStore } from '../../../activities/s3/s3-object-store.ts';
import { asActivity } from '../../../activities/shared/activity-context.ts';
import type { RunLedger } from '../../../activities/shared/run-ledger.ts';
import { createFindDagRuns } from '../../../activities/steps/find-dag-runs.ts';
import { createRunFinder } from '../../../activities/temporal/run-finder.ts';
import { clearUpdate } from '../../../workflows/engine/edits.ts';
import type { RunStatus } from '../../../workflows/engine/queries.ts';
import { eventually } from '../../support/own-state.ts';
import { testSettings, uniqueName } from '../../support/stack.ts';
import { endOf, onRealServer, taskOf, type Harness, type Stage } from '../harness.ts';

describe('operators about other DAGs, on a real server', () => {
  let store: S3ObjectStore;
  let stage: Stage;
  let harness: Harness;
  let client: Client;

  beforeAll(async () => {
    const bucket = uniqueName('other');
    store = createS3ObjectStore({ ...testSettings().s3, bucket });
    const ledger: RunLedger = createRunLedger(store);
    // The client is the stage's, which is made with the activities.
    const steps = () => createFindDagRuns({ finder: createRunFinder(client), ledger });
    stage = await onRealServer(
      'test/workflows/fixtures/trigger-dags',
      {
        findDagRuns: asActivity((input: Parameters<ReturnType<typeof steps>['findDagRuns']>[0]) =>
          steps().findDagRuns(input),
        ),
        findRunEnd: asActivity((input: Parameters<ReturnType<typeof steps>['findRunEnd']>[0]) =>
          steps().findRunEnd(input),
        ),
      },
      { bucket },
    );
    ({ harness } = stage);
    ({ client } = harness);
  });

  afterAll(async () => {
    await stage.end();
    store.close();
  });

  /** The run that a task waits for, as soon as it is there. */
  async function childOf(handle: WorkflowHandle, taskId: string, dagId: string): Promise<WorkflowHandle> {
    const child = client.workflow.getHandle(`${dagId}-triggered__${handle.workflowId}__${taskId}`);
    await eventually('the run is there', async () => (await statusOf(child))?.state === 'running');
    return child;
  }

  const statusOf = (run: WorkflowHandle): Promise<RunStatus | undefined> =>
    run.query<RunStatus>('states').catch(() => undefined);
  const attemptsOf = async (run: WorkflowHandle): Promise<number | undefined> =>
    (await harness.ledger.read({ dagId: 'triggered', runId: run.workflowId }))?.attempt;

  test('a second try goes on waiting for the run of the first, and has one that failed run again', async () => {
    const handle = await harness.start('triggers', { hasty: true });
    const child = await childOf(handle, 'same', 'triggered');
    expect(await taskOf(handle, 'same')).toMatchObject({
      wait: { state: 'deferred', what: `for run ${child.workflowId} of triggered` },
    });
    await handle.signal('hasten', null);
    await eventually('the second try waits', async () => {
      const { tryNumber, state } = await taskOf(handle, 'same');
      return tryNumber === 2 && state === 'deferred';
    });
    await child.signal('end', 'well');
    expect((await endOf(handle)).result?.state).toBe('success');
    expect(await handle.query('result', { taskId: 'same' })).toEqual({
      dagId: 'triggered',
      runId: child.workflowId,
      state: 'success',
    });
    expect(await child.query('result', { taskId: 'said' })).toMatchObject({ posts: 7 });
    expect(await attemptsOf(child)).toBe(1);

    const other = await harness.start('triggers');
    const failing = await childOf(other, 'same', 'triggered');
    await failing.signal('end', 'badly');
    await eventually('its run runs again', async () => (await taskOf(other, 'same')).tryNumber === 2);
    expect((await taskOf(other, 'same')).error?.message).toContain('is failed: failed: gate (badly)');
    await childOf(other, 'same', 'triggered');
    await failing.signal('end', 'well');
    expect((await endOf(other)).result?.state).toBe('success');
    expect(await attemptsOf(failing)).toBe(2);
  });

  test('a run that is cancelled leaves the one that it triggered alone', async () => {
    const handle = await harness.start('triggers');
    const child = await childOf(handle, 'same', 'triggered');
    await handle.cancel();
    expect((await endOf(handle)).type).toBe('CancelledFailure');
    expect((await child.describe()).status.name).toBe('RUNNING');
    await child.signal('end', 'well');
    expect((await endOf(child)).result?.state).toBe('success');
  });

  test('a DAG that triggers itself goes on without end: the id of each run had all those before in it, and some 25th was too long', async () => {
    const first = await harness.start('again', { left: 40 });
    expect(await endOf(first)).toMatchObject({ result: { state: 'success' } });
  });

  test('a task that is cleared while its run goes on triggers again: it was done at once, by the run that it had triggered before', async () => {
    const handle = await harness.start('stays');
    const tasks = ['own', 'named', 'leaves'];
    const areDone = (tryNumber: number) =>
      eventually(`${tryNumber} tries are done`, async () => {
        const found = await Promise.all(tasks.map((label) => taskOf(handle, label)));
        return found.every((task) => task.tryNumber === tryNumber && task.state === 'success');
      });
    const clear = () => handle.executeUpdate(clearUpdate, { args: [{ taskIds: tasks, onlyFailed: false }] });
    const ended = async (runId: string) => (await harness.ledger.read({ dagId: 'brief', runId }))?.attempt;
    const own = `brief-triggered__${handle.workflowId}__own`;
    const left = await childOf(handle, 'leaves', 'triggered');
    const { runId: execution } = await left.describe();
    await areDone(1);
    await clear();
    await areDone(2);
    expect([await ended(own), await ended(`named-by-${handle.workflowId}`)]).toEqual([2, 2]);
    // One that is under way is not triggered beside itself.
    expect((await left.describe()).runId).toBe(execution);
    await left.signal('end', 'well');
    await eventually('its end is known', async () => {
      const { events } = await handle.fetchHistory();
      return (
        events?.some(
          ({ childWorkflowExecutionCompletedEventAttributes: end }) => end?.workflowType?.name === 'triggered',
        ) === true
      );
    });
    await clear();
    await areDone(3);
    expect([await ended(own), (await left.describe()).runId === execution]).toEqual([3, false]);
    await left.signal('end', 'well');
    await handle.signal('leave', null);
    expect((await endOf(handle)).result?.state).toBe('success');
  });

  test('a run is triggered for a date once, others join or pass, and sensors wait for it by its date', async () => {
    const date = '2026-03-02T00:00:00Z';
    const sensing = await harness.start('awaits', { date });
    const handle = await harness.start('triggersDates', { date });
    const child = client.workflow.getHandle('triggered-manual__2026-03-02T00:00:00.000Z');
    await eventually('one joins', async () => (await taskOf(handle, 'joined')).state === 'up_for_reschedule');
    await eventually('sensors see it run', async () => (await taskOf(sensing, 'gate')).state === 'success');
    await eventually('one ends by it', async () => (await taskOf(sensing, 'failed')).state === 'failed');
    await eventually('one is skipped by it', async () => (await taskOf(sensing, 'skipped')).state === 'skipped');
    expect((await taskOf(sensing, 'run')).state).toBe('up_for_reschedule');
    // As Airflow infers it: the last day that is over at the date.
    expect(await statusOf(child)).toMatchObject({
      runType: 'manual',
      logicalDate: date,
      dataInterval: { start: '2026-03-01T00:00:00Z', end: date },
    });
    await child.signal('end', 'well');

    const { result, message } = await endOf(handle);
    expect(result?.tasks).toEqual({
      first: 'success',
      again: 'failed',
      skipped: 'skipped',
      joined: 'success',
      wrong: 'failed',
      interval: 'success',
    });
    expect(message).toContain('resetDagRun or skipWhenAlreadyExists');
    expect((await taskOf(handle, 'wrong')).error?.message).toContain('conf is not right for triggered: posts');
    const { logicalDate, dataInterval } = (await statusOf(handle)) as RunStatus;
    const same = client.workflow.getHandle(`triggered-manual__${new Date(logicalDate).toISOString()}`);
    expect(await statusOf(same)).toMatchObject({ logicalDate, dataInterval });

    const sensed = await endOf(sensing);
    expect(sensed.result?.tasks).toEqual({
      run: 'success',
      gate: 'success',
      both: 'success',
      failed: 'failed',
      skipped: 'skipped',
      late: 'skipped',
      noTask: 'failed',
      noDag: 'failed',
    });
    expect(await sensing.query('result', { taskId: 'run' })).toEqual([
      { runId: child.workflowId, logicalDate: date, state: 'success' },
    ]);
    expect((await taskOf(sensing, 'noDag')).error?.message).toContain('no run of a DAG nowhere is known');
  });

  test('a run that Temporal has forgotten is found in the ledger', async () => {
    const kept = { dagId: 'triggered', runId: 'triggered-manual__2026-03-02T00:00:00.000Z' };
    const record = await harness.ledger.read(kept);
    if (record === undefined) throw new Error('the run has left no record');
    await harness.ledger.write({ ...record, runId: 'forgotten', logicalDate: '2020-01-01T00:00:00.000Z' });
    const sensing = await harness.start('awaits', { date: '2020-01-01T00:00:00Z' });
    const { result } = await endOf(sensing);
    expect(result?.tasks).toMatchObject({ run: 'success', gate: 'success', both: 'success', failed: 'success' });
    expect(await sensing.query('result', { taskId: 'run' })).toMatchObject([{ runId: 'forgotten' }]);
  });
});
