import type { EngineActivities, IoActivities } from '../activities/steps/contract.ts';
import type { RunOrder } from '../workflows/engine/current-task.ts';

/** Which attempt of which try an activity is called for. */
export interface FakeCall {
  readonly taskId: string;
  /** -1 for a task that is not mapped. */
  readonly mapIndex: number;
  /** From 1. */
  readonly tryNumber: number;
  /** From 1 in each try: of a sensor's activity, the number of the poke. */
  readonly attempt: number;
}

/**
 * Activities of a test by their names: fakes, which may answer at once, or real functions. An error that says `canRetry: true`, as
 * those of adapters do, is weather, and the next attempt follows; any other is the end of the try.
 */
export type Fakes<Activities> = {
  readonly [Name in keyof Activities]?: Activities[Name] extends (...args: infer Args) => infer Result
    ? (...args: [...Args, FakeCall]) => Result | Awaited<Result>
    : never;
};

/** Activities of a test by the role that a DAG calls them in. */
export interface ActivityFakes<Io = IoActivities, Engine = EngineActivities> {
  readonly io?: Fakes<Io>;
  readonly engine?: Fakes<Engine>;
}

/**
 * Stands in for a DAG that `triggerDag` triggers: is given what the run would be, and says how it ends; `exists` where there is a run of
 * that id, which `triggerDag` is told then.
 */
export type DagFake = (run: RunOrder) => DagFakeEnd | Promise<DagFakeEnd>;

/** How the run of a {@link DagFake} ends. */
type DagFakeEnd = 'success' | 'failed' | 'exists';
