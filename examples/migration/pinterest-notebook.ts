import { cron } from '../../dag/timetable.ts';
import { dag } from '../../workflows/engine/dag.ts';
import { databricksNotebook } from '../../workflows/operators/databricks.ts';

/** The course's DAG: a notebook, every day, on a cluster that is there. */
export const pinterestNotebook = dag(
  'pinterestNotebook',
  {
    schedule: cron('@daily'),
    startDate: '2026-03-01',
    defaultArgs: { retries: 2, retryDelay: '2 minutes' },
  },
  ({ task }) => {
    task('submitRun', {
      run: () =>
        databricksNotebook({
          notebookPath: '/Shared/clean-and-query',
          existingClusterId: '0301-120000-abcdefgh',
        }),
    });
  },
);
