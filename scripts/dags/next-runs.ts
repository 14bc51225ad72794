import { assetScheduleText } from '../../dag/partitioned-assets.ts';
import type { DagDefinition } from '../../dag/definition.ts';
import { restrictionOf } from '../../dag/run-identity.ts';
import { nextRun, type PlannedRun } from '../../dag/timetable.ts';

/**
 * The automatic runs that are due from `now` on (epoch milliseconds), in their order, at most so many, by the timetable and the
 * DAG's start and end date. Runs that are overdue are not among them. The runs of `continuous` wait for each other, so only the
 * first can be told.
 */
export function nextRuns(definition: DagDefinition, now: number, count: number): readonly PlannedRun[] {
  const { timetable } = definition;
  const runs: PlannedRun[] = [];
  if (timetable === null) return runs;
  const bounds = restrictionOf(definition);
  // Catchup moves the steps of deltas alone; of the others it would name each run since the start date first.
  const isDelta = timetable.kind === 'delta_data_interval' || timetable.kind === 'delta_trigger';
  const restriction = isDelta ? bounds : { ...bounds, catchup: false };
  for (let [last, clock]: [PlannedRun | null, number] = [null, now]; runs.length < count;) {
    const run = nextRun(timetable, last, restriction, clock);
    if (run === undefined) return runs;
    if (run.runAfter >= now) runs.push(run);
    if (timetable.kind === 'continuous') return runs;
    last = run;
    clock = Math.max(clock, run.runAfter);
  }
  return runs;
}

/** What starts a DAG that has no timetable. */
export function unscheduledText({ id, assets, assetPartitions }: DagDefinition): string {
  return assets === undefined
    ? `${id} has no schedule: it runs when somebody asks (tw dags trigger ${id})`
    : `${id} has no schedule: it starts for ${assetScheduleText(assets, assetPartitions)} (tw assets show ASSET says what has come)`;
}
