import type { DagDefinition, TaskContext, TaskDefinition } from '../dag/definition.ts';

/** What stands in for a task's `run` in a test: gives its result, or throws as the task would (`failTask`, `skip`, any error). */
export interface StandIn {
  // A method, so that a test can say more exactly what it is given.
  stand(inputs: Readonly<Record<string, unknown>>, context: TaskContext, item: unknown): unknown;
}

/** Stand-ins by task id. */
export type StandIns = Readonly<Record<string, StandIn['stand']>>;

/** A DAG whose tasks are the stand-ins, where there are; `onDefect` is told of a task without one that takes a worker. */
export function withStandIns<Params>(
  definition: DagDefinition<Params>,
  standIns: StandIns,
  onDefect: (error: unknown) => void,
): DagDefinition<Params> {
  const runOf = (task: TaskDefinition): TaskDefinition['run'] => {
    const standIn = standIns[task.id];
    if (standIn !== undefined) return (item, inputs, context) => standIn(inputs, context, item);
    return watched(task, (thrown) => {
      const advice = `use an operator of workflows/operators, or give tasks.${task.id} to stand in for it`;
      const message = `task ${task.id} of DAG ${definition.id} calls Temporal itself, which takes a worker: ${advice}`;
      onDefect(new Error(message, { cause: thrown }));
    });
  };
  return { ...definition, tasks: definition.tasks.map((task) => ({ ...task, run: runOf(task) })) };
}

/** The `run` of a task; `onOutside` is told when it calls what works in a workflow alone. */
function watched({ run }: TaskDefinition, onOutside: (thrown: unknown) => void): TaskDefinition['run'] {
  const tell = (thrown: unknown): never => {
    // Temporal's word for it.
    if (thrown instanceof Error && thrown.name === 'IllegalStateError') onOutside(thrown);
    throw thrown;
  };
  return (item, inputs, context) => {
    try {
      const result = run(item, inputs, context);
      return result instanceof Promise ? result.catch(tell) : result;
    } catch (thrown) {
      return tell(thrown);
    }
  };
}
