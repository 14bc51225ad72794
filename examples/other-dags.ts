import { z } from 'zod';
import { cron } from '../dag/timetable.ts';
import { activitiesOn } from '../workflows/engine/activities-on.ts';
import { dag } from '../workflows/engine/dag.ts';
import { dagRunSensor } from '../workflows/operators/dag-run-sensor.ts';
import { triggerDag } from '../workflows/operators/trigger-dag.ts';
import type { ExampleActivities } from './activities.ts';

const io = activitiesOn<ExampleActivities>('io');

/** A DAG that others start. */
export const oneRegion = dag(
  'oneRegion',
  { schedule: null, params: z.object({ region: z.string().default('north') }) },
  ({ task }) => {
    task('load', { run: (_, { params }) => io.load({ file: `${params.region}.csv` }) });
  },
);

/**
 * Starts runs of another DAG and waits for their end. Airflow: TriggerDagRunOperator. Given the DAG itself, `conf` has the types of its
 * params. A try that is done again finds the run that the first one began.
 */
export const allRegions = dag('allRegions', { schedule: cron('@daily') }, ({ map }) => {
  map('load', ['north', 'south'], {
    run: (region) => triggerDag(oneRegion, { conf: { region }, waitForCompletion: true }),
  });
});

/**
 * Waits for another DAG's run of the same logical date. Airflow: ExternalTaskSensor, whose `execution_delta` is here, too, for a DAG that runs
 * at another time.
 */
export const afterAllRegions = dag('afterAllRegions', { schedule: cron('@daily') }, ({ task }) => {
  const loaded = task('loaded', {
    run: () => dagRunSensor({ externalDagId: allRegions, failedStates: ['failed'], timeout: '6 hours' }),
  });
  task('publish', { after: [loaded], run: () => io.publish({ rows: 1 }) });
});
