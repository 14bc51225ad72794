/**
 * What the end of a run, or of a task of it, means for the task that waits for it.
 *
 * - `success` it did what it was to do
 * - `retry` it failed, and a new run may do better: a try of the task has failed
 * - `failure` it failed, and a new run as it is would fail again, or nobody wants one: the task fails without another try
 */
export type Verdict = 'success' | 'retry' | 'failure';

/** What the API tells of where a run is. Old (`state`) and new (`status`) form; either may lack. */
export interface ReportedState {
  readonly lifeCycleState: string | undefined;
  readonly resultState: string | undefined;
  /** `status.state`. */
  readonly state: string | undefined;
  /** `status.termination_details.code` and `.type`. */
  readonly terminationCode: string | undefined;
  readonly terminationType: string | undefined;
  readonly message: string | undefined;
}

/** Life-cycle states in which a run stays. Any other one, also one that nobody knows yet, is one in which it goes on. */
const ended: readonly string[] = ['TERMINATED', 'SKIPPED', 'INTERNAL_ERROR'];

/**
 * Termination codes of the Jobs API 2.2 (`status.termination_details.code`), each with its verdict; docs/databricks.md has the
 * table for people. Source: https://docs.databricks.com/api/workspace/jobs/getrun
 */
export const verdictOfCode: Readonly<Record<string, Verdict>> = {
  SUCCESS: 'success',
  // As for Airflow's operators, which know one success: some of its tasks have failed.
  SUCCESS_WITH_FAILURES: 'retry',
  // Somebody decided so; a run that comes back by itself would undo it.
  USER_CANCELED: 'failure',
  CANCELED: 'retry',
  // A run that is skipped has done nothing.
  SKIPPED: 'retry',
  DISABLED: 'failure',
  INTERNAL_ERROR: 'retry',
  DRIVER_ERROR: 'retry',
  CLUSTER_ERROR: 'retry',
  CLOUD_FAILURE: 'retry',
  REPOSITORY_CHECKOUT_FAILED: 'retry',
  INVALID_CLUSTER_REQUEST: 'failure',
  CLUSTER_REQUEST_LIMIT_EXCEEDED: 'retry',
  WORKSPACE_RUN_LIMIT_EXCEEDED: 'retry',
  FEATURE_DISABLED: 'failure',
  STORAGE_ACCESS_ERROR: 'retry',
  // The notebook's own error: what Airflow's retries are for.
  RUN_EXECUTION_ERROR: 'retry',
  UNAUTHORIZED_ERROR: 'failure',
  LIBRARY_INSTALLATION_ERROR: 'retry',
  MAX_CONCURRENT_RUNS_EXCEEDED: 'retry',
  MAX_CONCURRENT_RUNS_REACHED: 'retry',
  MAX_SPARK_CONTEXTS_EXCEEDED: 'retry',
  MAX_JOB_QUEUE_SIZE_EXCEEDED: 'retry',
  RESOURCE_NOT_FOUND: 'failure',
  INVALID_RUN_CONFIGURATION: 'failure',
  BUDGET_POLICY_LIMIT_EXCEEDED: 'failure',
  BREAKING_CHANGE: 'failure',
};

/** Result states of the old form (`state.result_state`), for where there is no termination code. */
export const verdictOfResult: Readonly<Record<string, Verdict>> = {
  SUCCESS: 'success',
  SUCCESS_WITH_FAILURES: 'retry',
  FAILED: 'retry',
  TIMEDOUT: 'retry',
  CANCELED: 'retry',
  MAXIMUM_CONCURRENT_RUNS_REACHED: 'retry',
  UPSTREAM_FAILED: 'retry',
  UPSTREAM_CANCELED: 'retry',
  // Not run, by a condition of the job's own.
  EXCLUDED: 'success',
  DISABLED: 'failure',
};

/** Verdicts by the life-cycle state alone, where the run says no more. */
export const verdictOfLifeCycle: Readonly<Record<string, Verdict>> = {
  SKIPPED: 'retry',
  INTERNAL_ERROR: 'retry',
};

/** Whether a run has ended. */
export function hasEnded({ lifeCycleState, state }: Pick<ReportedState, 'lifeCycleState' | 'state'>): boolean {
  return lifeCycleState === undefined ? state === 'TERMINATED' : ended.includes(lifeCycleState);
}

/**
 * What a run's end means. A state that is in no table fails closed: it is a failure, and no new run is started on a guess. A run that
 * contradicts itself, with a success in one form and none in the other, has not succeeded.
 */
export function verdictOf({ lifeCycleState, resultState, terminationCode }: ReportedState): Verdict {
  const byCode = terminationCode === undefined ? undefined : (own(verdictOfCode, terminationCode) ?? 'failure');
  const byResult = resultState === undefined ? undefined : (own(verdictOfResult, resultState) ?? 'failure');
  if (byCode === 'success' && byResult !== undefined && byResult !== 'success') return byResult;
  if (byCode !== undefined) return byCode;
  if (byResult !== undefined) return byResult;
  return (lifeCycleState === undefined ? undefined : own(verdictOfLifeCycle, lifeCycleState)) ?? 'failure';
}

function own(table: Readonly<Record<string, Verdict>>, name: string): Verdict | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** A state in words: `INTERNAL_ERROR, FAILED, RUN_EXECUTION_ERROR: Task main failed`. */
export function stateText({ lifeCycleState, resultState, state, terminationCode, message }: ReportedState): string {
  const names = [lifeCycleState ?? state, resultState, terminationCode].filter(
    (name, at, all) => name !== undefined && all.indexOf(name) === at,
  );
  return `${names.join(', ')}${message === undefined || message === '' ? '' : `: ${message}`}`;
}
