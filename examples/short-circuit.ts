import { activitiesOn } from '../workflows/engine/activities-on.ts';
import { dag } from '../workflows/engine/dag.ts';
import type { ExampleActivities } from './activities.ts';

const io = activitiesOn<ExampleActivities>('io');

/**
 * Short circuits. Airflow: `@task.short_circuit`. One that gives `false` skips all that is below it, whatever the trigger rules;
 * with `ignoreDownstreamTriggerRules: false` only what is directly below, and the rules decide on the rest.
 */
export const whenThereIsNews = dag('whenThereIsNews', { schedule: null }, ({ task, shortCircuit }) => {
  const files = task('files', { run: () => io.listFiles({ day: '2026-03-01' }) });

  const anyFile = shortCircuit('anyFile', { needs: { files }, run: ({ files: names }) => names.length > 0 });
  const load = task('load', { after: [anyFile], run: () => io.load({ file: 'a.csv' }) });
  task('archive', { after: [load], triggerRule: 'all_done', run: () => 'archived' });

  const manyFiles = shortCircuit('manyFiles', {
    needs: { files },
    ignoreDownstreamTriggerRules: false,
    run: ({ files: names }) => names.length > 100,
  });
  const split = task('split', { after: [manyFiles], run: () => 'split' });
  task('count', { after: [split], triggerRule: 'none_failed', run: () => 'counted' });
});
