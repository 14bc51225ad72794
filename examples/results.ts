import { activitiesOn } from '../workflows/engine/activities-on.ts';
import { dag } from '../workflows/engine/dag.ts';
import { failTask, skip } from '../workflows/engine/failures.ts';
import type { ExampleActivities } from './activities.ts';

const io = activitiesOn<ExampleActivities>('io');

/**
 * Results, and how a task ends itself. Airflow: XCom, `multiple_outputs`, AirflowSkipException, AirflowFailException. A result is
 * JSON of at most 1 MB; of what is larger, an activity gives what stands for it (docs/operators.md, Large values).
 */
export const countedRows = dag('countedRows', { schedule: null }, ({ task }) => {
  const count = task('count', {
    run: async (_, { logicalDate }) => {
      const files = await io.listFiles({ day: logicalDate.toISOString().slice(0, 10) });
      // Fails the task at once, whatever its retries say; `skip()` skips it. Any other error is tried again.
      const [file = failTask('there is no file at all')] = files;
      return { file, rows: await io.load({ file }) };
    },
  });
  const check = task('check', {
    needs: { count },
    retries: 3,
    run: ({ count: { file, rows } }) => (rows === 0 ? skip(`${file} is empty`) : rows),
  });
  // Under `all_success` an input is the result itself; under any other rule it is how the task ended, since there may be none.
  task('report', {
    needs: { check },
    triggerRule: 'none_failed',
    run: ({ check: outcome }) => (outcome.state === 'success' ? `${outcome.value} rows` : 'nothing today'),
  });
});
