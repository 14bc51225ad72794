import type { FinishedState } from './states.ts';

/** When a task runs, judged by the states of the tasks it depends on. Names and meaning are Airflow's. */
export const triggerRules = [
  'all_success',
  'all_failed',
  'all_done',
  'all_done_min_one_success',
  'all_skipped',
  'one_failed',
  'one_success',
  'one_done',
  'none_failed',
  'none_failed_min_one_success',
  'none_skipped',
  'always',
] as const;

/** A trigger rule's name. */
export type TriggerRule = (typeof triggerRules)[number];

/** Airflow's rule of a teardown, which no task can be given: all is done, and a setup of it succeeded. */
export const teardownRule = 'all_done_setup_success';

/** Every rule that a task of a plan can have. */
export type PlannedRule = TriggerRule | typeof teardownRule;

/** Rules that do not wait for every upstream task: an input under them may not have an outcome yet. */
export type ImpatientRule = 'one_failed' | 'one_success' | 'one_done' | 'always';

/** How many upstream task instances there are, and how many ended in which state. A mapped task counts once an index. */
export interface UpstreamCounts {
  readonly total: number;
  readonly success: number;
  readonly failed: number;
  readonly skipped: number;
  readonly upstream_failed: number;
  readonly removed: number;
  /** Of the total: those that are setups. */
  readonly setups: number;
  readonly setupSuccess: number;
  readonly setupSkipped: number;
}

/** What a rule says: run now, wait on, or end without having run. */
export type Verdict = 'ready' | 'wait' | Extract<FinishedState, 'skipped' | 'upstream_failed' | 'removed'>;

type Judge = (up: UpstreamCounts, mapIndex: number) => Verdict;

const bad = (up: UpstreamCounts): number => up.failed + up.upstream_failed;
const done = (up: UpstreamCounts): number => up.success + up.skipped + bad(up) + up.removed;
const whenDone = (up: UpstreamCounts): Verdict => (done(up) >= up.total ? 'ready' : 'wait');
/** An index of a mapped task does not wait for upstream indexes that are no more. */
const awaited = (up: UpstreamCounts, mapIndex: number): number => (mapIndex < 0 ? up.total : up.total - up.removed);

/** One judge a rule. Every one gives up as early as Airflow's does, and its order of questions is Airflow's. */
const judges: Readonly<Record<PlannedRule, Judge>> = {
  all_success: (up, mapIndex) => {
    if (bad(up) > 0) return 'upstream_failed';
    if (up.skipped > 0) return 'skipped';
    if (up.removed > 0 && up.success > 0 && mapIndex >= up.success) return 'removed';
    return up.success >= awaited(up, mapIndex) ? 'ready' : 'wait';
  },
  all_failed: (up, mapIndex) => {
    if (up.success > 0 || up.skipped > 0) return 'skipped';
    return bad(up) >= awaited(up, mapIndex) ? 'ready' : 'wait';
  },
  all_done: whenDone,
  all_done_min_one_success: (up) => {
    if (up.skipped > 0) return 'skipped';
    if (done(up) < up.total) return 'wait';
    return up.success > 0 ? 'ready' : 'upstream_failed';
  },
  all_skipped: (up) => {
    if (up.success > 0 || bad(up) > 0) return 'skipped';
    return up.skipped >= up.total ? 'ready' : 'wait';
  },
  one_failed: (up) => {
    if (bad(up) > 0) return 'ready';
    return done(up) >= up.total ? 'skipped' : 'wait';
  },
  one_success: (up) => {
    if (up.success > 0) return 'ready';
    if (done(up) < up.total) return 'wait';
    return up.skipped === done(up) ? 'skipped' : 'upstream_failed';
  },
  one_done: (up) => {
    if (up.success + up.failed > 0) return 'ready';
    return done(up) >= up.total ? 'skipped' : 'wait';
  },
  none_failed: (up, mapIndex) => {
    if (bad(up) > 0) return 'upstream_failed';
    return up.success + up.skipped >= awaited(up, mapIndex) ? 'ready' : 'wait';
  },
  none_failed_min_one_success: (up, mapIndex) => {
    if (bad(up) > 0) return 'upstream_failed';
    if (up.skipped === up.total) return 'skipped';
    return up.success + up.skipped >= awaited(up, mapIndex) ? 'ready' : 'wait';
  },
  none_skipped: (up) => (up.skipped > 0 ? 'skipped' : whenDone(up)),
  always: () => 'ready',
  [teardownRule]: (up) => {
    if (done(up) < up.total) return 'wait';
    if (up.setups === 0 || up.setupSuccess > 0) return 'ready';
    return up.setupSkipped >= up.setups ? 'skipped' : 'upstream_failed';
  },
};

/**
 * What a task's rule says, given its upstream's states. A task without upstream tasks runs under every rule. The index is that
 * of a mapped task, else -1.
 */
export function judge(rule: PlannedRule, upstream: UpstreamCounts, mapIndex: number): Verdict {
  return upstream.total === 0 ? 'ready' : judges[rule](upstream, mapIndex);
}
