import type { WorkflowHandle } from '@temporalio/client';
import { visibilityQuery } from '../../scripts/runs/run-filter.ts';
import { clearUpdate } from '../../workflows/engine/edits.ts';
import type { RunStatus, StatesPage, TaskAddress } from '../../workflows/engine/queries.ts';
import { eventually } from '../support/own-state.ts';
import { fixtureActivities } from './fixtures/fixture-activities.ts';
import { endOf, onRealServer, taskOf, type Stage } from './harness.ts';

describe('maps of more items than a run holds, on a real server', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await onRealServer('test/workflows/fixtures/long-map-dags', fixtureActivities());
  });

  afterAll(() => stage.end());

  const resultOf = (handle: WorkflowHandle, address: TaskAddress): Promise<unknown> =>
    handle.query<unknown, [TaskAddress]>('result', address);

  test('run in parts, and who needs their results is given them in order', async () => {
    const handle = await stage.harness.start('longMap');
    const { result } = await endOf(handle);
    expect(result?.tasks['doubled']).toEqual(Array.from({ length: 501 }, () => 'success'));
    await expect(resultOf(handle, { taskId: 'sum' })).resolves.toBe(4_500);
    await expect(resultOf(handle, { taskId: 'doubled', mapIndex: 497 })).resolves.toBe(14);
    const record = await stage.harness.ledger.read({ dagId: 'longMap', runId: handle.workflowId });
    const own = record?.tasks.find(({ mapIndex }) => mapIndex === 497);
    expect(own).toMatchObject({ state: 'success', tries: [{ tryNumber: 1, state: 'success' }] });
    await expect(own && stage.harness.ledger.result(own)).resolves.toBe('14');
    // Not one of the parts is told as a run.
    const query = visibilityQuery({ dagId: 'longMap' }, ['longMap']);
    const listed: string[] = [];
    await eventually('the run in the list', async () => {
      listed.length = 0;
      for await (const { workflowId } of stage.harness.client.workflow.list({ query })) listed.push(workflowId);
      return listed.length > 0;
    });
    expect(listed).toEqual([handle.workflowId]);
  });

  test('leave results in the ledger that no task takes, and tell where tasks are in pages', async () => {
    const handle = await stage.harness.start('untaken', { items: 650 });
    const { result } = await endOf(handle);
    expect(result?.state).toBe('success');
    const { historySize, historyLength } = await handle.describe();
    // 650 KB of results; what stands there is the list, twice, and how each index ended.
    expect(historySize).toBeLessThan(50_000);
    expect(historyLength).toBeLessThan(70);
    const pages: RunStatus[] = [];
    for (let from: number | undefined = 0; from !== undefined; from = pages.at(-1)?.next)
      pages.push(await handle.query<RunStatus, [StatesPage]>('states', { from, limit: 500 }));
    expect(pages.map(({ tasks }) => tasks.length)).toEqual([500, 152]);
    const record = await stage.harness.ledger.read({ dagId: 'untaken', runId: handle.workflowId });
    const last = record?.tasks.find(({ mapIndex }) => mapIndex === 649);
    const text = await (last && stage.harness.ledger.result(last));
    expect(JSON.parse(text ?? '')).toBe('649 '.padEnd(1_000, '.'));
  });

  test('results of parts that end together come one after the other, and parts take no more items than fit', async () => {
    const handle = await stage.harness.start('bulky');
    expect((await endOf(handle)).message).toBeUndefined();
    await expect(resultOf(handle, { taskId: 'count' })).resolves.toBe(1_200);
  });

  test('an index that fails has its tries, its label and its words, and the tasks below go by their rules', async () => {
    const handle = await stage.harness.start('failingIndex');
    const { result, message } = await endOf(handle);
    const states = result?.tasks['places'] as readonly string[];
    expect(states.filter((state) => state === 'success')).toHaveLength(500);
    expect(states[437]).toBe('failed');
    expect(result?.tasks).toMatchObject({ all: 'upstream_failed', some: 'success' });
    expect(message).toContain('places[ITEM 437] (no 437)');
    await expect(handle.query('tries', { taskId: 'places', mapIndex: 437 })).resolves.toMatchObject([
      { tryNumber: 1, state: 'up_for_retry', error: { message: 'no 437' } },
      { tryNumber: 2, state: 'failed' },
    ]);
    // What the activities of a part are told is the run's, not the part's.
    await expect(resultOf(handle, { taskId: 'places', mapIndex: 302 })).resolves.toMatchObject({
      item: 'item 302',
      dagId: 'failingIndex',
      runId: handle.workflowId,
      taskId: 'places',
      mapIndex: 302,
    });
  });

  test('a list that is cleared and comes back as another one is the one that is run over', async () => {
    const handle = await stage.harness.start('relisted');
    const isLookedAt = async (time: number): Promise<boolean> => {
      const { state, tryNumber } = await taskOf(handle, 'look');
      return state === 'deferred' && tryNumber === time;
    };
    await eventually('the first list is through', () => isLookedAt(1));
    const cleared = { taskIds: ['list'], includeDownstream: true, onlyFailed: false };
    await handle.executeUpdate(clearUpdate, { args: [cleared] });
    await eventually('the second list is through', () => isLookedAt(2));
    await handle.signal('seen', 'x');
    expect((await endOf(handle)).result?.state).toBe('success');
    const record = await stage.harness.ledger.read({ dagId: 'relisted', runId: handle.workflowId });
    const last = record?.tasks.find(({ mapIndex }) => mapIndex === 500);
    await expect(last && stage.harness.ledger.result(last)).resolves.toBe('"2.500"');
  });

  test('a run that is cancelled ends its parts, and begins no more', async () => {
    const handle = await stage.harness.start('hangingMap');
    const part = stage.harness.client.workflow.getHandle(`${handle.workflowId}/hangs[0-199]`);
    await eventually('five of them', async () => {
      const { tasks } = await part.query<RunStatus>('states').catch(() => ({ tasks: [] }));
      return tasks.filter(({ state }) => state === 'running').length === 5;
    });
    await handle.cancel();
    const { type } = await endOf(handle);
    expect(type).toBe('CancelledFailure');
    expect((await part.describe()).status.name).toBe('COMPLETED');
    const next = stage.harness.client.workflow.getHandle(`${handle.workflowId}/hangs[200-399]`);
    await expect(next.describe()).rejects.toThrow(/not found/i);
  });

  test('a part that is terminated is a lost try of its indexes, which have another one', async () => {
    const handle = await stage.harness.start('lostPart');
    const part = stage.harness.client.workflow.getHandle(`${handle.workflowId}/texts[200-399]`);
    await eventually('only one of it still runs', async () => {
      const { tasks } = await part.query<RunStatus>('states').catch(() => ({ tasks: [] }));
      return tasks.filter(({ state }) => state === 'success').length === 199;
    });
    await part.terminate();
    expect((await endOf(handle)).message).toBeUndefined();
    await expect(resultOf(handle, { taskId: 'count' })).resolves.toBe(501);
    const tries = (mapIndex: number): Promise<unknown> => handle.query('tries', { taskId: 'texts', mapIndex });
    const error = { type: 'PartTerminated', message: expect.stringContaining('texts[200-399], was terminated') };
    for (const index of [200, 300])
      await expect(tries(index)).resolves.toMatchObject([
        { tryNumber: 1, state: 'up_for_retry', error },
        { tryNumber: 2, state: 'success' },
      ]);
    await expect(tries(0)).resolves.toHaveLength(1);
    // One of which no try is left has failed.
    const last = await stage.harness.start('hangingMap');
    const first = stage.harness.client.workflow.getHandle(`${last.workflowId}/hangs[0-199]`);
    await eventually('it runs', () =>
      first.terminate().then(
        () => true,
        () => false,
      ),
    );
    await eventually('its indexes have failed', async () => (await taskOf(last, 'hangs[0]')).state === 'failed');
    await last.cancel();
    expect((await endOf(last)).type).toBe('CancelledFailure');
  });

  test('a part waits for one of its name, which an attempt that was terminated has left behind', async () => {
    const { client, taskQueue, start } = stage.harness;
    const { workflowId } = await start('untaken', { items: 1 });
    const again = `${workflowId}-again`;
    const before = await client.workflow.start('untaken', {
      workflowId: `${again}/texts[200-399]`,
      taskQueue: 'nobody',
    });
    const run = await client.workflow.start('untaken', {
      workflowId: again,
      taskQueue: `${taskQueue}-orchestration`,
      args: [{ items: 501 }],
    });
    await eventually('the first part has ended', async () => {
      const { tasks } = await run.query<RunStatus>('states');
      return tasks.some(({ label, state }) => label === 'texts[0]' && state === 'success');
    });
    await before.terminate();
    expect((await endOf(run)).result).toMatchObject({ state: 'success' });
  });

  test('a list that is too long for its group says so', async () => {
    const { result, message } = await endOf(await stage.harness.start('tooLong'));
    expect(result?.tasks['each.one']).toEqual(['upstream_failed']);
    expect(message).toContain('its list has 501 items, but at most 500 fit: map over ranges of them');
  });
});
