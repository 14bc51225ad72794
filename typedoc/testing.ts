/**
 * Run a DAG in a test, in milliseconds and without a server.
 *
 * @module
 */
export type { ActivityFakes, DagFake, FakeCall, Fakes } from '../testing/fakes.ts';
export type { StandIn, StandIns } from '../testing/stand-in.ts';
export { testDag, type DagTest, type DagTestOptions, type TestSignal } from '../testing/test-dag.ts';
export type { Answers } from '../testing/test-desk.ts';
export type { RunStatus, TaskAddress, TaskStatus } from '../workflows/engine/queries.ts';
export type { Question, TaskWait, TryRecord, WaitState } from '../workflows/engine/task-record.ts';
