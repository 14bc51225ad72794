import { activitiesOn } from '../workflows/engine/activities-on.ts';
import { dag } from '../workflows/engine/dag.ts';
import { sensor } from '../workflows/operators/sensor.ts';
import type { ExampleActivities } from './activities.ts';

const io = activitiesOn<ExampleActivities>('io');

/**
 * A sensor of one's own. Airflow: `@task.sensor`, PythonSensor. A poke is one activity; `null`, `false` or nothing is "not yet", and
 * anything else is the sensor's result. While it waits it holds no worker, so there is no `mode` to choose.
 */
export const awaitedExport = dag('awaitedExport', { schedule: null }, ({ task }) => {
  const found = task('found', {
    run: (_, { logicalDate }) =>
      sensor({
        poke: () => io.findExport({ day: logicalDate.toISOString().slice(0, 10) }),
        pokeInterval: '5 minutes',
        timeout: '6 hours',
        softFail: true,
      }),
  });
  task('load', { needs: { found }, run: ({ found: { file } }) => io.load({ file }) });
});
