import { cron } from '../../dag/timetable.ts';
import { activitiesOn } from '../../workflows/engine/activities-on.ts';
import { dag } from '../../workflows/engine/dag.ts';
import { sensor } from '../../workflows/operators/sensor.ts';

/** What a worker does of it: two calls of Databricks' API. */
export interface NotebookActivities {
  /** Submits a run of a notebook; the same token again gives the same run. */
  submitRun(input: {
    readonly notebook: string;
    readonly cluster: string;
    readonly token: string;
  }): Promise<{ readonly run: number }>;
  /** The page of a run that succeeded; `null` while it runs. Throws when it failed. */
  runPage(input: { readonly run: number }): Promise<string | null>;
}

const databricks = activitiesOn<NotebookActivities>('io');

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
      run: async (_, { runId, tryNumber }) => {
        const { run } = await databricks.submitRun({
          notebook: '/Shared/clean-and-query',
          cluster: '0301-120000-abcdefgh',
          token: `${runId}/${tryNumber}`,
        });
        return sensor({ poke: () => databricks.runPage({ run }), pokeInterval: '30 seconds', timeout: '4 hours' });
      },
    });
  },
);
