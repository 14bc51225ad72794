import type { WorkflowHandle } from '@temporalio/client';
import type { TryRecord } from '../../../workflows/engine/task-record.ts';
import { sensorActivities } from '../fixtures/sensor-activities.ts';
import { endOf, skippingTime, taskOf, type Harness, type Stage } from '../harness.ts';

const minute = 60_000;

describe('sensors, with time skipped', () => {
  let stage: Stage;
  let harness: Harness;

  beforeAll(async () => {
    stage = await skippingTime('test/workflows/fixtures/sensor-dags', sensorActivities());
    ({ harness } = stage);
  });

  afterAll(() => stage.end());

  const tries = (handle: WorkflowHandle, taskId: string) =>
    handle.query<readonly TryRecord[], [{ taskId: string }]>('tries', { taskId });
  const minutesOf = async (handle: WorkflowHandle, label: string) => {
    const { start, end } = await taskOf(handle, label);
    return Math.round(((end ?? 0) - (start ?? 0)) / minute);
  };
  const eventsOf = async (handle: WorkflowHandle) => (await handle.fetchHistory()).events?.length;

  test('pokes until it finds something, which is its result; the executionTimeout is for one poke', async () => {
    const handle = await harness.start('patientSensor');
    expect((await endOf(handle)).result?.tasks).toEqual({ file: 'success', use: 'success' });
    expect(await handle.query('result', { taskId: 'use' })).toBe('poke 3');
    expect(await minutesOf(handle, 'file')).toBe(10);
    expect(await tries(handle, 'file')).toHaveLength(1);
  });

  test('a thousand pokes leave as many events as one', async () => {
    const few = await harness.start('slowingSensor');
    const many = await harness.start('tirelessSensor');
    expect((await endOf(many)).result?.state).toBe('success');
    expect(await many.query('result', { taskId: 'file' })).toEqual({ poke: 1_000 });
    await endOf(few);
    expect(await eventsOf(many)).toBe(await eventsOf(few));
  });

  test('waits longer from poke to poke, up to maxWait', async () => {
    const handle = await harness.start('slowingSensor');
    await endOf(handle);
    expect(await minutesOf(handle, 'file')).toBe(10 + 20 + 40 + 60 + 60);
  });

  test('gives up once, whatever retries says, and skips where it is soft', async () => {
    const handle = await harness.start('vainSensors');
    const { result } = await endOf(handle);
    expect(result?.tasks).toEqual({
      late: 'failed',
      aWeek: 'failed',
      soft: 'skipped',
      givenUp: 'failed',
      softlyGivenUp: 'skipped',
      judged: 'failed',
    });
    for (const taskId of Object.keys(result?.tasks ?? {})) expect(await tries(handle, taskId)).toHaveLength(1);
    expect((await taskOf(handle, 'late')).error).toEqual({
      type: 'SensorTimeout',
      message: 'the sensor found nothing within its timeout of 1 h 30 min',
    });
    expect(await minutesOf(handle, 'late')).toBe(90);
    expect(await minutesOf(handle, 'aWeek')).toBe(7 * 24 * 60);
    expect((await taskOf(handle, 'judged')).error?.message).toContain('let the activity itself give it');
  });

  test('takes weather for weather and an error for an error; tries share one timeout', async () => {
    const handle = await harness.start('troubledSensors');
    expect((await endOf(handle)).result?.tasks).toEqual({ rain: 'success', broken: 'success', tooLate: 'failed' });
    expect(await handle.query('result', { taskId: 'rain' })).toBe(4);
    expect(await tries(handle, 'rain')).toHaveLength(1);
    expect((await tries(handle, 'broken')).map(({ state, error }) => [state, error?.message])).toEqual([
      ['up_for_retry', 'it broke'],
      ['success', undefined],
    ]);
    expect((await tries(handle, 'tooLate')).map(({ error }) => error?.type)).toEqual(['Error', 'SensorTimeout']);
  });
});
