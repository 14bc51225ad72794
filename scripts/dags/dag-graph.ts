import { isMapped, type DagDefinition, type GroupDefinition, type TaskKind } from '../../dag/definition.ts';
import type { TriggerRule } from '../../dag/trigger-rules.ts';

/** A DAG's graph for people and programs, in the order of the definition. */
export interface DagGraph {
  readonly dagId: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly groups: readonly GroupDefinition[];
}

/** A task. */
export interface GraphNode {
  readonly id: string;
  /** `null` for one that does some work, and decides and prepares nothing. */
  readonly kind: TaskKind | null;
  readonly triggerRule: TriggerRule;
  /** Number of map indexes, `results` where only a run has it; `null` for a task that is not mapped. */
  readonly mapped: number | 'results' | null;
  /** The innermost group that it is in. */
  readonly group: string | null;
}

/** An edge: for the sake of a result (`data`, in Airflow an XCom) or of the order alone. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: 'data' | 'order';
  /** Words on it; `null` for none. */
  readonly label: string | null;
}

/** The graph of a definition. */
export function dagGraph({ id: dagId, tasks, groups }: DagDefinition): DagGraph {
  return {
    dagId,
    nodes: tasks.map((task) => ({
      id: task.id,
      kind: task.kind ?? null,
      triggerRule: task.triggerRule,
      mapped: isMapped(task) ? (task.items?.length ?? 'results') : null,
      group: task.group ?? null,
    })),
    edges: tasks.flatMap(({ id, needs, upstream, edgeLabels = {} }) => {
      const given = new Set(Object.values(needs));
      return upstream.map((from): GraphEdge => {
        return { from, to: id, kind: given.has(from) ? 'data' : 'order', label: edgeLabels[from] ?? null };
      });
    }),
    groups,
  };
}

/** A task and what it is called in a picture, with its kind and its rule where they are not the usual ones. */
export function nodeWords({ id, kind, triggerRule, mapped }: GraphNode): readonly string[] {
  return [
    mapped === null ? id : `${id} [${mapped}]`,
    ...(kind === null ? [] : [kind]),
    // A teardown's rule is its own.
    ...(triggerRule === 'all_success' || kind === 'teardown' ? [] : [triggerRule]),
  ];
}
