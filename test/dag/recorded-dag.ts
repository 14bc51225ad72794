import type { DagBuilder } from '../../dag/builder.ts';
import { defineDag } from '../../dag/define-dag.ts';
import type { DagDefinition } from '../../dag/definition.ts';
import type { AnyRef, TaskRef } from '../../dag/outcome.ts';
import type { TriggerRule } from '../../dag/trigger-rules.ts';

/** A graph that Airflow decided, as it is recorded. */
export interface RecordedDag {
  readonly id: number;
  readonly stable: boolean;
  readonly tasks: readonly RecordedTask[];
  readonly expected: {
    readonly states: Readonly<Record<string, unknown>>;
    readonly run: string;
    readonly wave: Readonly<Record<string, unknown>>;
  };
}

interface RecordedTask {
  readonly id: string;
  readonly upstream: readonly string[];
  readonly trigger_rule: string;
  readonly kind: string;
  readonly outcome?: string;
  readonly outcomes?: readonly string[];
  readonly returns?: number;
  readonly chooses?: readonly string[] | null;
  readonly condition?: boolean;
  readonly ignore_downstream_trigger_rules?: boolean;
  readonly on_failure_fail_dagrun?: boolean;
  readonly over?: string;
}

/** How a task ends in another way than by success: throws. */
export type EndTask = (outcome: 'failed' | 'skipped') => never;

/** Defines a recorded graph in the DAG language, in an order of its own where the recorded one is none. */
export function defineRecorded(recorded: RecordedDag, end: EndTask): DagDefinition {
  return defineDag('recorded', { schedule: null }, (builder: DagBuilder<Record<string, never>>) => {
    const refs = new Map<string, AnyRef>();
    const byId = new Map(recorded.tasks.map((task) => [task.id, task]));
    const refOf = (id: string): AnyRef => {
      const known = refs.get(id);
      if (known !== undefined) return known;
      const task = byId.get(id);
      if (task === undefined) throw new Error(`no task ${id} is recorded`);
      const made = defineTask(builder, task, task.upstream.map(refOf), refOf, end);
      refs.set(id, made);
      return made;
    };
    for (const { id } of recorded.tasks) refOf(id);
  });
}

function defineTask(
  builder: DagBuilder<Record<string, never>>,
  task: RecordedTask,
  after: readonly AnyRef[],
  refOf: (id: string) => AnyRef,
  end: EndTask,
): AnyRef {
  const { id, outcome, kind } = task;
  const options = { after, triggerRule: task.trigger_rule as TriggerRule };
  const ended = <Value>(as: string | undefined, value: Value): Value => {
    if (as === 'failed' || as === 'skipped') return end(as);
    return value;
  };
  switch (kind) {
    case 'branch': {
      const chosen = task.chooses ?? [];
      // A branch that chooses nothing has a choice all the same.
      const choices = chosen.length > 0 ? chosen : [id];
      return builder.branch(id, { ...options, choices, run: () => ended(outcome, task.chooses ?? null) });
    }
    case 'short_circuit':
      return builder.shortCircuit(id, {
        ...options,
        ignoreDownstreamTriggerRules: task.ignore_downstream_trigger_rules ?? true,
        run: () => ended(outcome, task.condition ?? true),
      });
    case 'setup':
      return builder.setup(id, { ...options, run: () => ended(outcome, id) });
    case 'teardown':
      return builder.teardown(id, {
        after,
        onFailureFailDagrun: task.on_failure_fail_dagrun ?? false,
        run: () => ended(outcome, id),
      });
    case 'mapped': {
      const { outcomes = [], over } = task;
      const list = over === undefined ? outcomes.map((_, at) => at) : (refOf(over) as TaskRef<readonly number[]>);
      return builder.map(id, list, { ...options, run: (at) => ended(outcomes[at], at) });
    }
    default:
      return builder.task(id, {
        ...options,
        run: () =>
          ended(outcome, task.returns === undefined ? id : Array.from({ length: task.returns }, (_, at) => at)),
      });
  }
}
