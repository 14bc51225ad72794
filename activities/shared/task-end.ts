/**
 * What an activity throws for a task to fail without another try, whatever its `retries` (Airflow's AirflowFailException). The task's code
 * says the same with `failTask`.
 */
export class TaskFailed extends Error {
  /** The type of the failure, by which the engine knows it. */
  override readonly name = 'TaskFailed';
}

/** What an activity throws for a task to end as skipped (Airflow's AirflowSkipException). The task's code says the same with `skip`. */
export class TaskSkipped extends Error {
  override readonly name = 'TaskSkipped';
}
