import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { RunStatus } from '../../../workflows/engine/queries.ts';
import { answerUpdate, type AnswerInput } from '../../../workflows/engine/run-desk.ts';
import { eventually } from '../../support/own-state.ts';
import { sensorActivities } from '../fixtures/sensor-activities.ts';
import { endOf, onRealServer, taskOf, type Harness, type Stage } from '../harness.ts';

describe('waits, on a real server', () => {
  let stage: Stage;
  let harness: Harness;

  beforeAll(async () => {
    stage = await onRealServer('test/workflows/fixtures/wait-dags', sensorActivities());
    ({ harness } = stage);
  });

  afterAll(() => stage.end());

  test('asks, shows what it asks, takes one answer that fits and refuses every other', async () => {
    const handle = await harness.start('asking');
    const answer = (input: AnswerInput) => handle.executeUpdate(answerUpdate, { args: [input] });
    const refusal = async (input: unknown): Promise<string> => {
      const error: unknown = await answer(input as AnswerInput).catch((thrown: unknown) => thrown);
      if (!(error instanceof WorkflowUpdateFailedError)) throw new Error(`not refused: ${JSON.stringify(input)}`);
      return error.cause?.message ?? '';
    };
    await eventually('it asks', async () => (await taskOf(handle, 'release')).state === 'awaiting_input');
    expect((await taskOf(handle, 'release')).wait).toEqual({
      state: 'awaiting_input',
      what: 'Release it? (Approve / Reject)',
      question: {
        taskId: 'release',
        mapIndex: -1,
        subject: 'Release it?',
        body: 'Look at the **report**.',
        options: ['Approve', 'Reject'],
        multiple: false,
      },
    });
    expect((await taskOf(handle, 'told')).wait).toEqual({ state: 'deferred', what: 'for signal ready' });

    expect(await refusal({ taskId: 'release', options: ['Yes'] })).toBe(
      "release has no option 'Yes'; there are Approve, Reject",
    );
    expect(await refusal({ taskId: 'release', options: ['Approve', 'Reject'] })).toBe(
      'release takes one option, not 2',
    );
    expect(await refusal({ taskId: 'some', options: [] })).toBe('some takes at least one option, not 0');
    expect(await refusal({ taskId: 'pick', options: ['red'] })).toBe(
      'pick asks nothing now; what asks: release, pick[0], pick[1], some',
    );
    expect(await refusal('Approve')).toContain('an answer has a taskId and a list of options');

    await answer({ taskId: 'release', options: ['Reject'] });
    expect(await refusal({ taskId: 'release', options: ['Approve'] })).toBe(
      'release was answered before; nothing has changed',
    );
    await answer({ taskId: 'pick', mapIndex: 1, options: ['blue'] });
    await answer({ taskId: 'pick', mapIndex: 0, options: ['red'] });
    await answer({ taskId: 'some', options: ['c', 'a', 'c'] });
    await handle.signal('ready', { rows: 'many' });
    expect((await taskOf(handle, 'told')).state).toBe('deferred');
    await handle.signal('ready', { rows: 3 });
    expect((await endOf(handle)).result?.state).toBe('success');
    expect(await handle.query('result', { taskId: 'all' })).toEqual({
      release: false,
      pick: ['red', 'blue'],
      some: ['a', 'c'],
      told: { rows: 3 },
    });
  });

  test('holds no worker while sensors wait, and ends them when the run is cancelled', async () => {
    const handle = await harness.start('manySensors');
    await eventually('a worker is free', async () => (await taskOf(handle, 'echo')).state === 'success');
    const { tasks } = await handle.query<RunStatus>('states');
    const waiting = tasks.filter(({ state }) => state === 'up_for_reschedule');
    expect(waiting).toHaveLength(150);
    expect(waiting[0]?.wait?.what).toBe('pokes every 1 h 0 min');
    await handle.cancel();
    expect((await endOf(handle)).type).toBe('CancelledFailure');
    expect((await taskOf(handle, 'never')).state).toBe('skipped');
    expect((await taskOf(handle, 'files[149]')).state).toBe('failed');
  });

  test('a sensor whose time is over in the middle of a poke has found nothing, and is not tried again', async () => {
    const handle = await harness.start('lateSensor');
    await endOf(handle);
    expect(await taskOf(handle, 'file')).toMatchObject({ tryNumber: 1, error: { type: 'SensorTimeout' } });
  });
});
