import { z } from 'zod';
import {
  planBackfill,
  reprocessBehaviors,
  type BackfillDag,
  type BackfillRefusal,
  type BackfillRefusalReason,
  type BackfillRequest,
  type BackfillRow,
  type BackfillSituation,
} from '../../dag/backfill.ts';
import { isRefusal } from '../../dag/refusal.ts';
import { runStates } from '../../dag/states.ts';
import { recordedTimetable, timetableOf } from './recorded-timetable.ts';

const instant = z.iso.datetime().transform((text) => Date.parse(text));

const backfillCase = z.object({
  timetable: recordedTimetable,
  timezone: z.string(),
  start_date: instant,
  now: instant,
  depends_on_past: z.boolean(),
  active_backfill: z.boolean().optional(),
  request: z.object({
    from_date: instant,
    to_date: instant,
    reprocess_behavior: z.enum(reprocessBehaviors).optional(),
    run_backwards: z.boolean().optional(),
    max_active_runs: z.number().optional(),
  }),
  existing: z.array(
    z.object({ run_id: z.string(), logical_date: instant, state: z.enum(runStates), run_type: z.string() }),
  ),
  expected: z.object({
    dry_run: z.array(instant).optional(),
    dry_run_error: z.string().optional(),
    rows: z
      .array(
        z.object({
          ordinal: z.number(),
          logical_date: instant,
          not_created: z.string().optional(),
          run: z
            .object({
              run_id: z.string(),
              state: z.string(),
              start: instant,
              end: instant,
              run_after: instant,
              reused: z.boolean(),
            })
            .optional(),
        }),
      )
      .optional(),
    error: z.string().optional(),
  }),
});

type BackfillCase = z.infer<typeof backfillCase>;

/** Airflow's exception where we refuse. */
const exceptions: Readonly<Partial<Record<BackfillRefusalReason, string>>> = {
  not_periodic: 'DagNonPeriodicScheduleException',
  active_backfill: 'AlreadyRunningBackfill',
  dates_reversed: 'InvalidBackfillDateRange',
  future: 'InvalidBackfillDate',
  backwards_on_past: 'InvalidBackfillDirection',
  reprocess_on_past: 'InvalidReprocessBehavior',
  no_runs: 'NoBackfillRunsToCreate',
};

/** Holds backfilling to one case of Airflow's (`backfill.jsonl`); the difference in words, `undefined` when there is none. */
export function backfillDifference(recorded: unknown): string | undefined {
  const one = backfillCase.parse(recorded);
  const dag = dagOf(one);
  const request = requestOf(one);
  const preview = planBackfill(dag, request, situationOf(one, false));
  const previewed = dryRunDifference(one, preview);
  if (previewed !== undefined) return `the dry run ${previewed}`;
  const plan = planBackfill(dag, request, situationOf(one, one.active_backfill === true));
  const { error, rows: expected = [] } = one.expected;
  if (isRefusal(plan)) return refusalDifference(plan, error);
  if (error !== undefined) return `should be refused: ${error}`;
  if (plan.length !== expected.length) return `has ${plan.length} rows rather than ${expected.length}`;
  for (const [at, row] of plan.entries()) {
    const is = inWords(told(row));
    const should = inWords(expected[at]);
    if (is !== should) return `row ${at + 1} is ${is} rather than ${should}`;
  }
  return undefined;
}

/** Airflow's dry run looks neither at other backfills nor at the ids of other runs, and is content with no slots. */
function dryRunDifference(one: BackfillCase, plan: readonly BackfillRow[] | BackfillRefusal): string | undefined {
  const { dry_run: expected, dry_run_error: error } = one.expected;
  if (isRefusal(plan) && plan.refused !== 'no_runs') return refusalDifference(plan, error);
  if (error !== undefined) return `should be refused: ${error}`;
  const dates = new Set(one.existing.map(({ logical_date }) => logical_date));
  const made = isRefusal(plan) ? [] : plan.filter(({ action, start }) => action !== 'leave' || !dates.has(start));
  const is = inWords(made.map(({ start }) => start));
  const should = inWords(expected);
  return expected === undefined || is === should ? undefined : `has ${is} rather than ${should}`;
}

function dagOf({ timetable, timezone, depends_on_past: dependsOnPast }: BackfillCase): BackfillDag {
  const tasks = [{ id: 'first', dependsOnPast }, { id: 'second' }];
  return { id: 'recorded', timetable: timetableOf(timetable, timezone), tasks };
}

function requestOf({ request }: BackfillCase): BackfillRequest {
  return {
    fromDate: request.from_date,
    toDate: request.to_date,
    reprocessBehavior: request.reprocess_behavior ?? 'none',
    runBackwards: request.run_backwards ?? false,
    maxActiveRuns: request.max_active_runs ?? 10,
  };
}

function situationOf(one: BackfillCase, hasActiveBackfill: boolean): BackfillSituation {
  return {
    now: one.now,
    runs: one.existing.map(({ run_id: runId, logical_date: logicalDate, state, run_type: type }) => ({
      runId,
      logicalDate,
      state,
      // Airflow makes no task instances of a time before the tasks' start date, but in the runs of a backfill.
      isEmpty: type !== 'backfill' && logicalDate < one.start_date,
    })),
    runIdOf: ({ runAfter }) => `backfill__${new Date(runAfter).toISOString().replace('.000Z', '+00:00')}`,
    hasActiveBackfill,
  };
}

/** A row as Airflow's cases write it. */
function told(row: BackfillRow): NonNullable<BackfillCase['expected']['rows']>[number] {
  const { ordinal, start, end, runAfter, runId } = row;
  if (row.action === 'leave') return { ordinal, logical_date: start, not_created: row.reason };
  const [state, reused] = row.action === 'create' ? ['queued', false] : [row.state, true];
  return { ordinal, logical_date: start, run: { run_id: runId, state, start, end, run_after: runAfter, reused } };
}

function refusalDifference({ refused, message }: BackfillRefusal, error: string | undefined): string | undefined {
  if (error === undefined) return `should not be refused: ${message}`;
  return exceptions[refused] === error ? undefined : `is refused as ${refused}, not as ${error}`;
}

/** For comparing and for reading: instants are far above all other numbers here. */
function inWords(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'number' && part > 1e9 ? new Date(part).toISOString() : part,
  );
}
