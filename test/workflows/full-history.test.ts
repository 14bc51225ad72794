import { Worker, type WorkflowBundle } from '@temporalio/worker';
import { fixtureActivities } from './fixtures/fixture-activities.ts';
import { bundle, endOf, onRealServer, type Stage } from './harness.ts';

describe('a run whose history has come to its bound, on a real server', () => {
  let stage: Stage;
  let code: WorkflowBundle;

  beforeAll(async () => {
    const entry = 'test/workflows/fixtures/full-history-dags';
    [stage, code] = await Promise.all([onRealServer(entry, fixtureActivities()), bundle(entry)]);
  });

  afterAll(() => stage.end());

  // Temporal terminated such a run: without a record, a callback or a teardown, and with its DAG's turn.
  test.each([
    ['manyEvents', /^the run's history has come to 2\d\d events and 0\.\d MB, /],
    ['manyBytes', /^the run's history has come to \d+ events and 0\.0 MB, /],
  ])('is ended as failed, with its teardown and a record: %s', async (dagId, message) => {
    const handle = await stage.harness.start(dagId);
    const end = await endOf(handle);
    expect(end.message).toMatch(message);
    expect(end.result?.tasks).toEqual({ up: 'success', talks: 'failed', below: 'skipped', down: 'success' });
    const record = await stage.harness.ledger.read({ dagId, runId: handle.workflowId });
    expect(record).toMatchObject({ state: 'failed', message: end.message });
    const talks = record?.tasks.find(({ taskId }) => taskId === 'talks');
    expect(talks?.error?.type).toBe('FullHistory');
    const { historyLength } = await handle.describe();
    expect(historyLength).toBeLessThan(300);
    // It comes to its bound at the same place again.
    await Worker.runReplayHistory({ workflowBundle: code }, await handle.fetchHistory(), handle.workflowId);
  });
});
