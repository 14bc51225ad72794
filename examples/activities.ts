/**
 * What the examples ask of a worker: what operators and hooks do in Airflow. A task's `run` calls it, and a worker does it. In
 * this project such a list is `IoActivities` of activities/steps/contract.ts; what each does is in activities/steps/.
 */
export interface ExampleActivities {
  /** Files that came in on a day (`2026-03-01`). */
  listFiles(input: { readonly day: string }): Promise<readonly string[]>;
  /** Loads a file, and gives how many rows it has. */
  load(input: { readonly file: string }): Promise<number>;
  /** Publishes a day's figures. */
  publish(input: { readonly rows: number }): Promise<void>;
  /** Whether a day's export is complete, and where it is; `null`: not yet. */
  findExport(input: { readonly day: string }): Promise<{ readonly file: string } | null>;
  startCluster(input: { readonly name: string }): Promise<{ readonly clusterId: string }>;
  stopCluster(input: { readonly clusterId: string }): Promise<void>;
}
