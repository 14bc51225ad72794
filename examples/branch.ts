import { activitiesOn } from '../workflows/engine/activities-on.ts';
import { dag } from '../workflows/engine/dag.ts';
import type { ExampleActivities } from './activities.ts';

const io = activitiesOn<ExampleActivities>('io');

/**
 * A branch. Airflow: `@task.branch`. It gives one id, a list of them, or `null` for none; what it does not choose is skipped. Its
 * `choices` say what it can choose, so that a wrong id is found when the DAG is defined, and by the compiler before that.
 */
export const fullOrPart = dag('fullOrPart', { schedule: null }, ({ task, branch }) => {
  const pick = branch('pick', {
    choices: ['full', 'part'],
    run: (_, { logicalDate }) => (logicalDate.getUTCDate() === 1 ? 'full' : 'part'),
  });
  const full = task('full', { after: [pick], run: () => io.load({ file: 'month.csv' }) });
  const part = task('part', { after: [pick], run: () => io.load({ file: 'day.csv' }) });
  // A join after a branch: one of the two is skipped, which `all_success` would pass on.
  task('publish', {
    needs: { full, part },
    triggerRule: 'none_failed_min_one_success',
    run: ({ full: month, part: day }) => {
      const [rows = 0] = [month, day].flatMap((outcome) => (outcome.state === 'success' ? [outcome.value] : []));
      return io.publish({ rows });
    },
  });
});
