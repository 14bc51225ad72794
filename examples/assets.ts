import { allOf, asset } from '../dag/assets.ts';
import { activitiesOn } from '../workflows/engine/activities-on.ts';
import { dag } from '../workflows/engine/dag.ts';
import type { ExampleActivities } from './activities.ts';

const io = activitiesOn<ExampleActivities>('io');

const pins = asset('lake/pins');
const users = asset('lake/users');

/** Makes assets: DAGs that wait for them are told when its tasks have succeeded. Airflow: `outlets`. */
export const makesAssets = dag('makesAssets', { schedule: null }, ({ task }) => {
  task('pins', { outlets: [pins], run: () => io.load({ file: 'pins.csv' }) });
  task('users', { outlets: [users], run: () => io.load({ file: 'users.csv' }) });
});

/** Starts when both have been made since its last run for them. Airflow: `schedule=(pins & users)`, `triggering_asset_events`. */
export const joinsAssets = dag('joinsAssets', { schedule: null, assets: allOf(pins, users) }, ({ task }) => {
  task('publish', { run: (_, { triggeringAssetEvents = [] }) => io.publish({ rows: triggeringAssetEvents.length }) });
});
