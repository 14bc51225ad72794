import { z } from 'zod';
import { asset } from '../../dag/assets.ts';
import { cron } from '../../dag/timetable.ts';
import { activitiesOn } from '../../workflows/engine/activities-on.ts';
import { dag } from '../../workflows/engine/dag.ts';
import { approve } from '../../workflows/operators/choose.ts';
import { sensor } from '../../workflows/operators/sensor.ts';
import { triggerDag } from '../../workflows/operators/trigger-dag.ts';

/** What the tasks of these DAGs do. */
export interface StormActivities {
  /** Writes down when it began and when it ended, a moment later, by which process. */
  work(input: { readonly what: string }): Promise<string>;
  /** Counts how often it was asked; found at the third time. */
  found(input: { readonly what: string }): Promise<boolean>;
}

const io = activitiesOn<StormActivities>('io');
const stormed = asset('storm/made');

/** Holds slots of a pool in one run of the storm or another, waits, asks, starts a run and waits for it, and makes an asset. A lost try fails it. */
export const storm = dag('storm', { schedule: null, maxActiveRuns: 3 }, ({ task, map, branch }) => {
  const list = task('list', {
    run: (_, { runId }) => io.work({ what: `${runId} list` }).then(() => Array.from({ length: 8 }, (_item, n) => n)),
  });
  const narrow = map('narrow', list, {
    pool: 'narrow',
    run: (item, _, { runId }) => io.work({ what: `narrow ${runId} ${item}` }),
  });
  const wide = map('wide', numbers(600), { run: (item) => item });
  const poked = task('poked', {
    run: (_, { runId }) => sensor({ poke: () => io.found({ what: runId }), pokeInterval: '500 milliseconds' }),
  });
  const child = task('child', {
    needs: { narrow },
    run: ({ narrow: done }, { runId }) =>
      triggerDag(stormChild, { conf: { parent: runId, done: done.length }, waitForCompletion: true }),
  });
  const asked = task('asked', { after: [poked], run: () => approve({ subject: 'Go on?' }) });
  const pick = branch('pick', { after: [asked, wide], choices: ['made', 'never'], run: () => 'made' });
  task('made', {
    after: [pick, child],
    triggerRule: 'none_failed_min_one_success',
    outlets: [stormed],
    run: (_, { runId }) => io.work({ what: `${runId} made` }),
  });
  task('never', { after: [pick], run: () => io.work({ what: 'never' }) });
});

/** Started by the storm. */
export const stormChild = dag(
  'stormChild',
  { schedule: null, maxActiveRuns: 2, params: z.object({ parent: z.string().default(''), done: z.int().default(0) }) },
  ({ task }) => {
    const one = task('one', { run: (_, { params: { parent } }) => io.work({ what: `child one of ${parent}` }) });
    task('two', { after: [one], run: (_, { params: { parent } }) => io.work({ what: `child two of ${parent}` }) });
  },
);

/** Started by what the storm has made. */
export const stormTaken = dag('stormTaken', { schedule: null, assets: stormed }, ({ task }) => {
  task('take', { run: (_, { runId }) => io.work({ what: `${runId} take` }) });
});

/** Each day after the day before. */
export const stormDaily = dag('stormDaily', { schedule: cron('@daily') }, ({ task }) => {
  task('day', {
    dependsOnPast: true,
    run: (_, { logicalDate }) => io.work({ what: `day ${logicalDate.toISOString().slice(0, 10)}` }),
  });
});

function numbers(length: number): readonly number[] {
  return Array.from({ length }, (_, n) => n);
}
