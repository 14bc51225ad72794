import { cron } from '../dag/timetable.ts';
import { activitiesOn } from '../workflows/engine/activities-on.ts';
import { dag } from '../workflows/engine/dag.ts';
import type { ExampleActivities } from './activities.ts';

const io = activitiesOn<ExampleActivities>('io');

/**
 * A first DAG. Airflow: `with DAG(...)` and `@task`. The first argument is the DAG's id and the name of its export; the builder
 * in the last one defines the tasks, and never runs them.
 */
export const dailyFiles = dag(
  'dailyFiles',
  {
    description: "Load a day's files and publish how many rows they have",
    schedule: cron('@daily'),
    defaultArgs: { retries: 2, retryDelay: '5 minutes' },
  },
  ({ task }) => {
    const files = task('files', {
      run: (_, { dataInterval }) => io.listFiles({ day: dataInterval.start.toISOString().slice(0, 10) }),
    });
    // `needs` is an edge and an XCom in one: what `files` gives is typed here.
    const load = task('load', {
      needs: { files },
      run: async ({ files: names }) => {
        const rows = await Promise.all(names.map((file) => io.load({ file })));
        return rows.reduce((sum, one) => sum + one, 0);
      },
    });
    task('publish', { needs: { load }, run: ({ load: rows }) => io.publish({ rows }) });
  },
);
