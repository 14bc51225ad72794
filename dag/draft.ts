import { DagDefinitionError } from './definition-error.ts';
import type { TaskDefinition } from './definition.ts';
import type { TryOptions } from './options.ts';
import type { DefinedList } from './map-list.ts';
import type { EdgeRef } from './outcome.ts';

/** A group while its DAG is being defined. */
export interface DraftGroup {
  readonly id: string;
  readonly parent: DraftGroup | null;
  /** What the ids of its tasks begin with. */
  readonly prefix: string;
  readonly tooltip: string;
  readonly defaultArgs: TryOptions;
  /** Ids of its tasks, those of groups within it included. */
  readonly tasks: Set<string>;
  /** What it is mapped over; `null` for a group that is not mapped. */
  readonly mapping: DraftMapping | null;
}

/** What a task or group is mapped over. */
export interface DraftMapping {
  readonly list: DefinedList;
  readonly labelOf: (item: unknown, index: number) => string;
  readonly maxActiveTisPerDagrun?: number;
}

/** A task while its DAG is being defined: all but its edges, which may still come. */
export interface DraftTask {
  readonly definition: Omit<TaskDefinition, 'upstream' | 'edgeLabels' | 'choices'>;
  readonly group: DraftGroup | null;
  /** Of a branch: its choices, as they were written. */
  readonly choices: readonly string[] | null;
}

/** An edge as it was written: each end may be a group. */
export interface DraftEdge {
  readonly from: EdgeRef;
  readonly to: EdgeRef;
  readonly label?: string;
}

/** A DAG while it is being defined. */
export interface Draft {
  readonly dagId: string;
  readonly tasks: Map<string, DraftTask>;
  readonly groups: Map<string, DraftGroup>;
  readonly edges: DraftEdge[];
  /** What its builder has returned, by which a task of another DAG is known; and the mapped group that it can be used in. */
  readonly refs: Map<unknown, DraftGroup | null>;
}

/** Throws a definition error about a task or a group. */
export function refuse({ dagId }: Draft, where: string, text: string): never {
  throw new DagDefinitionError(dagId, `${where}: ${text}`);
}

/** The groups that something stands in, the outermost first. */
export function groupsAround(group: DraftGroup | null): readonly DraftGroup[] {
  const around: DraftGroup[] = [];
  for (let one = group; one !== null; one = one.parent) around.unshift(one);
  return around;
}

/** The mapped group that something stands in; there is none in another. */
export function mappedGroupAround(group: DraftGroup | null): DraftGroup | null {
  return groupsAround(group).find(({ mapping }) => mapping !== null) ?? null;
}
