import { createSabotage } from '../../../scripts/demo/sabotage.ts';

test('strikes once, when a task after the posting is seen running', async () => {
  let strikes = 0;
  const sabotage = createSabotage(async () => {
    strikes += 1;
  });
  sabotage.onTask({ taskId: 'emulate', state: 'running' });
  sabotage.onTask({ taskId: 'land', state: 'success' });
  expect(strikes).toBe(0);
  sabotage.onTask({ taskId: 'clean', state: 'running' });
  sabotage.onTask({ taskId: 'answers', state: 'running' });
  await sabotage.done();
  expect(strikes).toBe(1);
});

test('a run that was over before a worker could be killed is no success of --kill', async () => {
  const sabotage = createSabotage(async () => {});
  sabotage.onTask({ taskId: 'emulate', state: 'running' });
  await expect(sabotage.done()).rejects.toThrow('--kill: no task was seen running, so no worker was killed');
});

test('a worker that cannot be started again fails the demo, which would wait for its run for ever', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  const sabotage = createSabotage(() => Promise.reject(new Error('the worker ended with exit code 1')));
  sabotage.onTask({ taskId: 'clean', state: 'running' });
  // Nobody listens yet: the demo is still on its way to the race.
  await new Promise((resolve) => setTimeout(resolve, 20));
  await expect(Promise.race([sabotage.failed, new Promise(() => {})])).rejects.toThrow('exit code 1');
  await expect(sabotage.done()).rejects.toThrow('exit code 1');
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});
