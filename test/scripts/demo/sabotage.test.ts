import { begunAgain } from '../../../scripts/demo/begun-again.ts';
import { createSabotage } from '../../../scripts/demo/sabotage.ts';

const emulate = { taskId: 'emulate', label: 'emulate', state: 'running' } as const;

test('strikes once, when a task after the posting is seen running, and says which', async () => {
  const strikes: string[] = [];
  const sabotage = createSabotage(async (running) => {
    strikes.push(running);
  });
  sabotage.onLook([emulate]);
  sabotage.onLook([{ taskId: 'land', label: 'land[pin]', state: 'success' }]);
  expect(strikes).toEqual([]);
  sabotage.onLook([
    { taskId: 'land', label: 'land[pin]', state: 'success' },
    { taskId: 'land', label: 'land[geo]', state: 'running' },
    { taskId: 'land', label: 'land[user]', state: 'running' },
    { taskId: 'report', label: 'report', state: 'running' },
  ]);
  sabotage.onLook([{ taskId: 'answers', label: 'answers', state: 'running' }]);
  await sabotage.done();
  expect(strikes).toEqual(['land[geo,user], report']);
});

test.each([
  [[], 'no activity was in hand at that moment; the run finished all the same'],
  [[{ attempt: 2, identity: '7@host' }], '1 activity was begun again by worker 7 (attempt 2); the run'],
  [
    [
      { attempt: 2, identity: '7@host' },
      { attempt: 3, identity: '8@host' },
    ],
    '2 activities were begun again (attempt up to 3); the run',
  ],
])('what a history says of %j', (started, words) => {
  const first = { activityTaskStartedEventAttributes: { attempt: 1, identity: '5@host' } };
  const events = [first, {}, ...started.map((one) => ({ activityTaskStartedEventAttributes: one }))];
  expect(begunAgain({ events }, 7)).toContain(words);
});

test('a run that was over before a worker could be killed is no success of --kill', async () => {
  const sabotage = createSabotage(async () => {});
  sabotage.onLook([emulate]);
  await expect(sabotage.done()).rejects.toThrow('--kill: no task was seen running, so no worker was killed');
});

test('a worker that cannot be started again fails the demo, which would wait for its run for ever', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  const sabotage = createSabotage(() => Promise.reject(new Error('the worker ended with exit code 1')));
  sabotage.onLook([{ taskId: 'clean', label: 'clean[pin]', state: 'running' }]);
  // Nobody listens yet: the demo is still on its way to the race.
  await new Promise((resolve) => setTimeout(resolve, 20));
  await expect(Promise.race([sabotage.failed, new Promise(() => {})])).rejects.toThrow('exit code 1');
  await expect(sabotage.done()).rejects.toThrow('exit code 1');
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});
