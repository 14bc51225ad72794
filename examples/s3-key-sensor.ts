import { activitiesOn } from '../workflows/engine/activities-on.ts';
import { dag } from '../workflows/engine/dag.ts';
import { s3KeySensor } from '../workflows/operators/s3-key-sensor.ts';
import type { ExampleActivities } from './activities.ts';

const io = activitiesOn<ExampleActivities>('io');

/** Waits for objects, and loads each that is there. Airflow: S3KeySensor, and a mapped task over what it found. */
export const awaitedFiles = dag('awaitedFiles', { schedule: null }, ({ task, map }) => {
  const files = task('files', {
    run: () => s3KeySensor({ bucketKey: 'incoming/*.csv', wildcardMatch: true, minSize: 1, timeout: '6 hours' }),
  });
  map('load', files, { label: ({ key }) => key, run: ({ key }) => io.load({ file: key }) });
});
