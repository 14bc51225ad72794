import { cross, zip } from '../dag/map-list.ts';
import { activitiesOn } from '../workflows/engine/activities-on.ts';
import { dag } from '../workflows/engine/dag.ts';
import type { ExampleActivities } from './activities.ts';

const io = activitiesOn<ExampleActivities>('io');

/**
 * A task once for each item of a list. Airflow: dynamic task mapping. The list is the second argument; what else the task
 * needs is `needs`, as anywhere (Airflow's `partial`).
 */
export const eachFile = dag('eachFile', { schedule: null }, ({ task, map }) => {
  const files = task('files', { run: (_, { logicalDate }) => io.listFiles({ day: logicalDate.toISOString() }) });
  // load.expand(file=files): over a result, which is known when the run is there. Over an empty list it is skipped.
  const load = map('load', files, {
    maxActiveTisPerDagrun: 4,
    label: (file) => file,
    run: (file) => io.load({ file }),
  });
  // What a mapped task gives is an array, in the order of its items.
  task('sum', { needs: { load }, run: ({ load: rows }) => rows.reduce((sum, one) => sum + one, 0) });

  // pair.expand(x=[...], y=[...]): each with each.
  map('pair', cross(['north', 'south'], [2025, 2026]), { run: ([region, year]) => `${region} ${year}` });
  // together.expand(arg=files.zip(load)), or expand_kwargs: the first ones, the second ones, …
  map('together', zip(files, load), { run: ([file, rows]) => `${file}: ${rows}` });
});
