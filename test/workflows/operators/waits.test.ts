import type { WorkflowHandle } from '@temporalio/client';
import type { TryRecord } from '../../../workflows/engine/task-record.ts';
import { sensorActivities } from '../fixtures/sensor-activities.ts';
import { endOf, skippingTime, taskOf, type Harness, type Stage } from '../harness.ts';

const minute = 60_000;

/** Asks one after the other: of queries that reach a worker for one run at once, some may never be answered. */
async function inTurn<Result>(items: readonly string[], ask: (item: string) => Promise<Result>): Promise<Result[]> {
  const answers: Result[] = [];
  for (const item of items) answers.push(await ask(item));
  return answers;
}

describe('waits and retry policies, with time skipped', () => {
  let stage: Stage;
  let harness: Harness;

  beforeAll(async () => {
    stage = await skippingTime('test/workflows/fixtures/wait-dags', sensorActivities());
    ({ harness } = stage);
  });

  afterAll(() => stage.end());

  const tries = (handle: WorkflowHandle, taskId: string) =>
    handle.query<readonly TryRecord[], [{ taskId: string }]>('tries', { taskId });
  const minutesOf = async (handle: WorkflowHandle, label: string) => {
    const { start, end } = await taskOf(handle, label);
    return Math.round(((end ?? 0) - (start ?? 0)) / minute);
  };

  test('waits as long as it is told, or until nobody answers any more', async () => {
    const handle = await harness.start('timedWaits');
    const { result } = await endOf(handle);
    expect(result?.tasks).toEqual({
      at: 'success',
      past: 'success',
      placeless: 'failed',
      months: 'success',
      delta: 'success',
      limited: 'failed',
      unsignalled: 'failed',
      unanswered: 'failed',
      defaulted: 'success',
      strange: 'failed',
    });
    const took = (...labels: string[]) => inTurn(labels, (label) => minutesOf(handle, label));
    expect(await took('at', 'past', 'months', 'delta')).toEqual([180, 0, 90 * 24 * 60, 120]);
    expect(await took('limited', 'unsignalled', 'unanswered', 'defaulted')).toEqual([60, 60, 60, 2 * 24 * 60]);
    expect(await handle.query('result', { taskId: 'defaulted' })).toBe(true);
    const errors = await inTurn(
      ['placeless', 'limited', 'unsignalled', 'unanswered', 'strange'],
      async (id) => (await taskOf(handle, id)).error,
    );
    expect(errors.map((error) => error?.type)).toEqual([
      'TaskFailed',
      'TaskTimeout',
      'SensorTimeout',
      'SensorTimeout',
      'TaskFailed',
    ]);
    expect(errors[3]?.message).toBe("waited for an answer to 'Which?' for its timeout of 1 h 0 min, in vain");
    for (const id of ['unsignalled', 'unanswered', 'strange']) expect(await tries(handle, id)).toHaveLength(1);
  });

  test('tries again, later or not at all as the policy says of the error', async () => {
    const handle = await harness.start('policies');
    await endOf(handle);
    const waits = async (taskId: string) => {
      const records = await tries(handle, taskId);
      return records.slice(1).map(({ start }, n) => Math.round((start - (records[n]?.end ?? 0)) / minute));
    };
    expect(await inTurn(['gaveUp', 'own', 'usual', 'brokenPolicy', 'final'], waits)).toEqual([
      [],
      [5, 5],
      [60, 60],
      [60, 60],
      [],
    ]);
  });
});
