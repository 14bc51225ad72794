import { eventually } from '../support/own-state.ts';
import { uniqueName } from '../support/stack.ts';
import { sensorActivities } from '../workflows/fixtures/sensor-activities.ts';
import { taskOf } from '../workflows/harness.ts';
import { cliStage } from './cli-stage.ts';

const stage = cliStage('answer', {
  entry: 'test/workflows/fixtures/wait-dags',
  activities: { io: sensorActivities(), engine: sensorActivities() },
});

test('what a task asks is told and answered, by name, index or label, and refused in a sentence', async () => {
  const runId = uniqueName('asking');
  const handle = await stage.env.client.workflow.start('asking', {
    workflowId: runId,
    taskQueue: `${stage.own}-orchestration`,
  });
  await eventually('it asks', async () => (await taskOf(handle, 'release')).state === 'awaiting_input');
  const answer = (...args: readonly string[]) => stage.tw('tasks', 'answer', runId, ...args);

  expect(await answer('release')).toMatchObject({
    code: 0,
    out: 'Release it?\nLook at the **report**.\none of: Approve, Reject\n',
  });
  expect(await answer('release', 'Yes')).toMatchObject({
    code: 1,
    err: "tw: there is no option 'Yes'; there are 'Approve', 'Reject'\n",
  });
  expect((await answer('release', 'Approve', 'Reject')).err).toBe('tw: release takes one option, not 2\n');
  expect((await answer('released', 'Approve')).err).toMatch(/^tw: released asks nothing now; what asks: release, /);
  expect((await answer('release', 'approve', '--dry-run')).out).toBe('release would be answered: Approve\n');
  expect((await taskOf(handle, 'release')).state).toBe('awaiting_input');
  expect((await answer('release', 'reject')).out).toBe('release is answered: Reject\n');
  expect(await stage.json('tasks', 'answer', runId, 'pick[1]', 'blue')).toEqual({
    runId,
    taskId: 'pick',
    mapIndex: 1,
    options: ['blue'],
    dryRun: false,
  });
  await eventually('it goes on', async () => (await taskOf(handle, 'release')).state === 'success');
  expect((await answer('release', 'Approve')).err).toMatch(/^tw: release asks nothing now; what asks: /);
  await handle.terminate();
  expect((await answer('some', 'a')).err).toBe(`tw: run ${runId} is over (failed): nothing of it asks any more\n`);
});
