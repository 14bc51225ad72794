import { activitiesOn } from '../workflows/engine/activities-on.ts';
import { dag } from '../workflows/engine/dag.ts';
import type { ExampleActivities } from './activities.ts';

const io = activitiesOn<ExampleActivities>('io');

/**
 * A group once for each item. Airflow: mapped task groups. `publish` of a region follows `load` of the same region, however slow
 * the others are. From outside, each task of the group is a mapped one.
 */
export const eachRegion = dag('eachRegion', { schedule: null }, ({ task, mapGroup }) => {
  const each = mapGroup('region', ['north', 'south'], {}, (region, inner) => {
    const load = inner.task('load', { needs: { region }, run: ({ region: name }) => io.load({ file: `${name}.csv` }) });
    const publish = inner.task('publish', {
      needs: { region, load },
      run: async ({ region: name, load: rows }) => {
        await io.publish({ rows });
        return name;
      },
    });
    return { publish };
  });
  task('tell', { needs: each.tasks, run: ({ publish: names }) => `published ${names.join(' and ')}` });
});
