import type { WorkflowHandle } from '@temporalio/client';
import { Worker, type WorkflowBundle } from '@temporalio/worker';
import { eventually } from '../support/own-state.ts';
import { fixtureActivities } from './fixtures/fixture-activities.ts';
import { bundle, endOf, onRealServer, type Stage } from './harness.ts';

/** Events at which Temporal ends a run, and bytes of them. */
const limits = { events: 51_200, bytes: 50 * 1024 * 1024 };

interface Cost {
  readonly handle: WorkflowHandle;
  /** CPU of this process, workers and client, milliseconds. */
  readonly cpuMs: number;
  readonly events: number;
  readonly bytes: number;
}

describe('as many tasks as a run may have, on a real server', () => {
  let stage: Stage;
  let code: WorkflowBundle;

  beforeAll(async () => {
    const entry = 'test/workflows/fixtures/scale-dags';
    [stage, code] = await Promise.all([onRealServer(entry, fixtureActivities()), bundle(entry)]);
  });

  afterAll(() => stage.end());

  async function costOf(dagId: string): Promise<Cost> {
    const before = process.cpuUsage();
    const handle = await stage.harness.start(dagId);
    const { result } = await endOf(handle);
    const { user, system } = process.cpuUsage(before);
    expect(result?.state).toBe('success');
    const { historyLength, historySize } = await handle.describe();
    return { handle, cpuMs: (user + system) / 1_000, events: historyLength, bytes: historySize ?? 0 };
  }

  async function replayMs({ handle }: Cost): Promise<number> {
    const history = await handle.fetchHistory();
    const start = performance.now();
    await Worker.runReplayHistory({ workflowBundle: code }, history, handle.workflowId);
    return performance.now() - start;
  }

  test('four times the tasks of a chain cost four times as much, in a history that stays far from its limits', async () => {
    const few = await costOf('chain500');
    const many = await costOf('chain2000');
    // The first one pays for what is compiled.
    const again = await costOf('chain500');
    expect(many.cpuMs / Math.min(few.cpuMs, again.cpuMs)).toBeLessThan(7);
    expect(many.events / few.events).toBeLessThan(4.1);
    expect(many.bytes / few.bytes).toBeLessThan(4.3);
    expect(many.events).toBeLessThan(limits.events / 4);
    expect(many.bytes).toBeLessThan(limits.bytes / 10);
    await expect(replayMs(many)).resolves.toBeLessThan(60_000);
  }, 300_000);

  test('10,000 items run in child workflows, whose results their run does not hold', async () => {
    const map = await costOf('longestMap');
    // 50 parts, each begun and ended; of bytes, the items and how each of them ended.
    expect(map.events).toBeLessThan(1_000);
    expect(map.bytes).toBeLessThan(1024 * 1024);
    const chain = await costOf('chain500');
    expect(map.cpuMs / chain.cpuMs).toBeLessThan(30);
    await expect(replayMs(map)).resolves.toBeLessThan(30_000);
  }, 600_000);

  test('500 tasks, one, and 500 again cost edges, not pairs', async () => {
    const hourglass = await costOf('hourglass');
    const chain = await costOf('chain500');
    expect(hourglass.cpuMs / chain.cpuMs).toBeLessThan(4);
    expect(hourglass.events).toBeLessThan(limits.events / 4);
    await expect(replayMs(hourglass)).resolves.toBeLessThan(30_000);
  }, 300_000);

  test('a run with a map of 10,000 items goes on with one index of it, for what is kept of the others', async () => {
    const { handle, events } = await costOf('longestMap');
    const record = await stage.harness.ledger.read({ dagId: 'longestMap', runId: handle.workflowId });
    if (record === undefined) throw new Error('there is no record');
    await stage.harness.control.rerun({
      record,
      cleared: [
        { taskId: 'echoes', mapIndex: 7_000 },
        { taskId: 'after', mapIndex: -1 },
      ],
    });
    const again = stage.harness.client.workflow.getHandle(handle.workflowId);
    expect((await endOf(again)).result?.state).toBe('success');
    const { historyLength, historySize } = await again.describe();
    expect(historyLength).toBeLessThan(events / 3);
    expect(historySize).toBeLessThan(limits.bytes / 10);
    const next = await stage.harness.ledger.read({ dagId: 'longestMap', runId: handle.workflowId });
    expect(next?.tasks.filter(({ kept }) => kept === true)).toHaveLength(10_000);
  }, 300_000);

  // A run that triggered more than Temporal's 2,000 open children stood still for ever: the workflow task that asked for them failed, again and again.
  test('runs that one run triggers wait while there is no room for them, and a cancellation still reaches it', async () => {
    const handle = await stage.harness.start('triggersMany');
    const child = (n: number) => stage.harness.client.workflow.getHandle(`${handle.workflowId}/${n}`);
    const isThere = async (n: number) =>
      child(n)
        .describe()
        .then(
          () => true,
          () => false,
        );
    await eventually('as many as fit have begun', () => isThere(1_899), 240_000);
    await Promise.all(Array.from({ length: 20 }, (_, n) => child(n).terminate()));
    await eventually('as many more have begun', () => isThere(1_919), 60_000);
    await handle.cancel();
    expect((await endOf(handle)).type).toBe('CancelledFailure');
    expect(await isThere(1_920)).toBe(false);
  }, 320_000);
});
