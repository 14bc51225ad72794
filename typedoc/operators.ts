/**
 * Wait, ask people, start other DAGs: what a task's `run` calls.
 *
 * @module
 */
export type { FoundDagRun, FoundObject, PartitionEnd } from '../activities/steps/contract.ts';
export { approve, choose, chooseSome, type ApproveOptions, type ChooseOptions } from '../workflows/operators/choose.ts';
export type { DagRef } from '../workflows/operators/dag-ref.ts';
export { dagRunSensor, type DagRunSensorOptions } from '../workflows/operators/dag-run-sensor.ts';
export {
  databricksNotebook,
  databricksRunNow,
  databricksSubmitRun,
  type DatabricksNotebookOptions,
  type DatabricksNotebookResult,
  type DatabricksRunNowOptions,
  type DatabricksRunResult,
  type DatabricksSubmitOptions,
  type DatabricksTaskOptions,
} from '../workflows/operators/databricks.ts';
export type {
  ApiJson,
  ComputeOptions,
  NotebookOptions,
  SubmitOptions,
} from '../workflows/operators/databricks-options.ts';
export { kafkaOffsetSensor, type KafkaOffsetSensorOptions } from '../workflows/operators/kafka-offset-sensor.ts';
export { s3KeySensor, type S3KeySensorOptions } from '../workflows/operators/s3-key-sensor.ts';
export { sensor, type Found, type SensorOptions, type SensorTiming } from '../workflows/operators/sensor.ts';
export { triggerDag, type TriggerDagOptions, type TriggeredRun } from '../workflows/operators/trigger-dag.ts';
export { waitForSignal, type SignalTiming } from '../workflows/operators/wait-for-signal.ts';
export { waitFor, waitUntil } from '../workflows/operators/wait-until.ts';
