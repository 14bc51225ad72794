import { TaskFailed, TaskSkipped } from '../../activities/shared/task-end.ts';
import { toFailure } from '../../activities/shared/failure.ts';
import { activitiesOn } from '../../workflows/engine/activities-on.ts';
import { dag } from '../../workflows/engine/dag.ts';
import { testDag } from '../../testing/test-dag.ts';

interface OwnActivities {
  load(): Promise<number>;
}
const io = activitiesOn<OwnActivities>('io');
const loading = dag('loading', { schedule: null, defaultArgs: { retries: 3 } }, ({ task }) => {
  task('load', { run: () => io.load() });
});

test.each([
  [new TaskFailed('the file is not theirs'), 'failed', { type: 'TaskFailed', message: 'the file is not theirs' }],
  [new TaskSkipped('nothing came today'), 'skipped', null],
])('an activity ends its task with %p, whatever its retries', async (thrown, state, error) => {
  const load = (): never => {
    throw thrown;
  };
  const { states, tries } = await testDag<OwnActivities>(loading, { activities: { io: { load } } });
  expect(states).toEqual({ load: state });
  expect(tries({ taskId: 'load' })).toMatchObject([{ state, error }]);
  // The same on a worker: no attempt more, and the type by which the engine knows it.
  expect(toFailure(thrown, new AbortController().signal)).toMatchObject({ type: thrown.name, nonRetryable: true });
});
