import type { DeadlineEvent } from '../dag/definition.ts';
import { cron } from '../dag/timetable.ts';
import { dag } from '../workflows/engine/dag.ts';
import { notifySlack } from '../workflows/operators/notify.ts';
import { waitFor } from '../workflows/operators/wait-until.ts';

const tellOps = (event: DeadlineEvent): Promise<boolean> => notifySlack({ channel: 'ops', event });

/**
 * Deadlines tell, and the run goes on; a `dagrunTimeout` ends it. Airflow: DeadlineAlert (which came for SLAs), `dagrun_timeout`. A
 * deadline is a timer of the run itself.
 */
export const byNoon = dag(
  'byNoon',
  {
    schedule: cron('@daily'),
    deadline: [
      { reference: 'logicalDate', interval: '36 hours', callback: tellOps },
      { reference: { averageRuntime: { maxRuns: 10, minRuns: 3 } }, interval: '30 minutes', callback: tellOps },
    ],
    dagrunTimeout: '20 hours',
  },
  ({ task }) => {
    task('slow', { run: () => waitFor('15 hours') });
  },
);

/** Ends at the first task that fails. Airflow: `fail_fast`. */
export const allOrNothing = dag('allOrNothing', { schedule: null, failFast: true }, ({ task }) => {
  task('slow', { run: () => waitFor('2 hours') });
  task('check', {
    run: async () => {
      await waitFor('1 minute');
      throw new Error('the books do not balance');
    },
  });
});
