import { isMapped, type TaskDefinition } from './definition.ts';
import { rootsOfGroup, type TaskEdges } from './draft-edges.ts';
import { refuse, type Draft, type DraftTask } from './draft.ts';
import { longestMap, longestOf } from './limits.ts';
import { sourcesOf } from './map-list.ts';
import { choosing, givingList } from './task-run.ts';

/** The tasks of a draft, complete with their edges, in the order given. Throws a definition error for a choice that cannot be. */
export function draftTasks(draft: Draft, edges: TaskEdges, order: readonly string[]): readonly TaskDefinition[] {
  const below = downstreamOf(edges);
  /** How many items what gives a list may give. */
  const longest = new Map<string, number>();
  for (const { definition } of draft.tasks.values()) {
    const { list } = definition;
    for (const id of list === undefined ? [] : sourcesOf(list)) {
      longest.set(id, Math.min(longest.get(id) ?? longestMap, longestOf(definition)));
    }
  }
  return order.flatMap((id) => {
    const task = draft.tasks.get(id);
    if (task === undefined) return [];
    const { definition } = task;
    const upstream = edges.get(id) ?? new Map<string, string | undefined>();
    const labels = [...upstream].flatMap(([up, label]) => (label === undefined ? [] : [[up, label] as const]));
    let { run } = definition;
    if (task.choices !== null) run = choosing(run, draft.dagId, id, task.choices);
    const most = longest.get(id);
    if (most !== undefined && !isMapped(definition)) run = givingList(run, draft.dagId, id, most);
    return {
      ...definition,
      upstream: [...upstream.keys()],
      ...(labels.length > 0 && { edgeLabels: Object.fromEntries(labels) }),
      ...(task.choices !== null && { choices: choicesOf(draft, edges, below, id, task) }),
      run,
    };
  });
}

function choicesOf(
  draft: Draft,
  edges: TaskEdges,
  below: ReadonlyMap<string, readonly string[]>,
  id: string,
  { choices, group }: DraftTask,
): Readonly<Record<string, readonly string[]>> {
  if (choices === null || choices.length === 0) {
    return refuse(draft, `branch ${id}`, 'has no choices: list the ids of the tasks below it that it may choose');
  }
  const direct = new Set(below.get(id));
  return Object.fromEntries(
    choices.map((choice) => {
      const followed = followedBy(draft, edges, `${group?.prefix ?? ''}${choice}`) ?? followedBy(draft, edges, choice);
      if (followed === undefined) {
        const names = [...direct].join(', ');
        return refuse(
          draft,
          `branch ${id}`,
          `there is no task or group ${choice}; directly below it are ${names || 'none'}`,
        );
      }
      const apart = followed.find((one) => !direct.has(one) && !isBelow(below, id, one));
      if (apart !== undefined) {
        refuse(
          draft,
          `branch ${id}`,
          `its choice ${apart} is not below it, so it could not be skipped: let it come after the branch`,
        );
      }
      return [choice, followed] as const;
    }),
  );
}

function followedBy({ tasks, groups }: Draft, edges: TaskEdges, id: string): readonly string[] | undefined {
  if (tasks.has(id)) return [id];
  const group = groups.get(id);
  return group === undefined ? undefined : rootsOfGroup(group, edges);
}

function isBelow(below: ReadonlyMap<string, readonly string[]>, id: string, other: string): boolean {
  const seen = new Set<string>();
  const open = [id];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    for (const child of below.get(one) ?? []) {
      if (child === other) return true;
      if (seen.has(child)) continue;
      seen.add(child);
      open.push(child);
    }
  }
  return false;
}

function downstreamOf(edges: TaskEdges): ReadonlyMap<string, readonly string[]> {
  const below = new Map<string, string[]>();
  for (const [id, upstream] of edges) {
    for (const up of upstream.keys()) {
      const known = below.get(up);
      if (known === undefined) below.set(up, [id]);
      else known.push(id);
    }
  }
  return below;
}
