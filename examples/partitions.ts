import { allOf, asset } from '../dag/assets.ts';
import { rollupMapper, startOfDayMapper } from '../dag/partition-mapper.ts';
import { partitionedAssets } from '../dag/partitioned-assets.ts';
import { cronPartition } from '../dag/timetable.ts';
import { activitiesOn } from '../workflows/engine/activities-on.ts';
import { dag } from '../workflows/engine/dag.ts';
import type { ExampleActivities } from './activities.ts';

const io = activitiesOn<ExampleActivities>('io');

const clicks = asset('lake/clicks');
const prices = asset('lake/prices');

/** Each run is about the hour that is just over, by its name: `2026-03-10T08` at nine. Airflow: `CronPartitionTimetable(run_offset=-1)`. */
export const hourlyClicks = dag(
  'hourlyClicks',
  { schedule: cronPartition('@hourly', { runOffset: -1, keyFormat: '%Y-%m-%dT%H' }) },
  ({ task }) => {
    task('load', { outlets: [clicks], run: (_, { partitionKey }) => io.load({ file: `clicks/${partitionKey}.csv` }) });
  },
);

/** About the day that begins. A run by hand is about whatever day it is told: `tw dags trigger dailyPrices --partition-key 2026-03-10`. */
export const dailyPrices = dag(
  'dailyPrices',
  { schedule: cronPartition('@daily', { keyFormat: '%Y-%m-%d' }) },
  ({ task }) => {
    task('load', { outlets: [prices], run: (_, { partitionKey }) => io.load({ file: `prices/${partitionKey}.csv` }) });
  },
);

/** A run for each day, as soon as its prices and all its 24 hours of clicks are there. Airflow: `PartitionedAssetTimetable`, `RollupMapper`. */
export const dailySales = dag(
  'dailySales',
  {
    schedule: null,
    assets: partitionedAssets(allOf(clicks, prices), {
      partitionMapperConfig: { 'lake/clicks': rollupMapper(startOfDayMapper({ inputFormat: '%Y-%m-%dT%H' })) },
    }),
  },
  ({ task }) => {
    const count = task('count', { run: (_, { partitionKey }) => io.load({ file: `sales/${partitionKey}.csv` }) });
    task('publish', { needs: { count }, run: ({ count: rows }) => io.publish({ rows }) });
  },
);
