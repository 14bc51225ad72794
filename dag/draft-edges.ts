import { refuse, groupsAround, type Draft, type DraftEdge, type DraftGroup } from './draft.ts';
import type { EdgeRef } from './outcome.ts';

/** The edges between tasks: what each depends on, with the words on the edge, in the order in which it was told. */
export type TaskEdges = ReadonlyMap<string, ReadonlyMap<string, string | undefined>>;

interface Links {
  readonly up: Map<string, Map<string, string | undefined>>;
  readonly down: Map<string, Set<string>>;
}

/** The first or the last tasks of groups, by group id. */
interface GroupEnds {
  readonly roots: Map<string, readonly string[]>;
  readonly leaves: Map<string, readonly string[]>;
}

/** Works out the edges between tasks: one of a group goes out from its last tasks, and leads to its first ones, as in Airflow. */
export function taskEdges(draft: Draft): TaskEdges {
  const links: Links = { up: new Map(), down: new Map() };
  for (const id of draft.tasks.keys()) {
    links.up.set(id, new Map());
    links.down.set(id, new Set());
  }
  const ends: GroupEnds = { roots: new Map(), leaves: new Map() };
  // What is deepest first: which tasks are the first and the last of a group depends on the edges within it alone.
  const edges = draft.edges.map((edge) => ({ edge, depth: depthOf(draft, edge) }));
  for (const { edge } of edges.filter(({ depth }) => depth === null)) link(draft, links, ends, edge);
  const byDepth = edges.filter(({ depth }) => depth !== null).toSorted((a, b) => (b.depth ?? 0) - (a.depth ?? 0));
  for (const { edge } of byDepth) link(draft, links, ends, edge);
  return links.up;
}

/** First tasks of a group: what a branch follows that chooses it. */
export function rootsOfGroup({ tasks }: DraftGroup, edges: TaskEdges): readonly string[] {
  return [...tasks].filter((id) => ![...(edges.get(id)?.keys() ?? [])].some((up) => tasks.has(up)));
}

/** How deep in groups an edge lies that has a group at an end; `null` for one between tasks. */
function depthOf(draft: Draft, { from, to }: DraftEdge): number | null {
  if (from.kind !== 'group' && to.kind !== 'group') return null;
  const [one, other] = [placeOf(draft, from), placeOf(draft, to)];
  let depth = 0;
  while (one[depth] !== undefined && one[depth] === other[depth]) depth++;
  const inside =
    from.kind === 'group' && one[depth] === undefined
      ? from
      : to.kind === 'group' && other[depth] === undefined
        ? to
        : null;
  if (inside !== null) {
    refuse(
      draft,
      `group ${inside.id}`,
      `has an edge with ${(inside === from ? to : from).id}, which is a part of it: take the edge out`,
    );
  }
  return depth;
}

/** The groups around an end of an edge, itself included. */
function placeOf({ tasks, groups }: Draft, { kind, id }: EdgeRef): readonly DraftGroup[] {
  return groupsAround((kind === 'group' ? groups.get(id) : tasks.get(id)?.group) ?? null);
}

function link(draft: Draft, links: Links, ends: GroupEnds, { from, to, label }: DraftEdge): void {
  for (const up of endsOf(draft, links, ends.leaves, from, leavesOf)) {
    for (const down of endsOf(draft, links, ends.roots, to, rootsOf)) {
      const known = links.up.get(down);
      if (known !== undefined && (label !== undefined || !known.has(up))) known.set(up, label);
      links.down.get(up)?.add(down);
    }
  }
}

function endsOf(
  draft: Draft,
  links: Links,
  known: Map<string, readonly string[]>,
  ref: EdgeRef,
  find: (group: DraftGroup, links: Links, draft: Draft) => readonly string[],
): readonly string[] {
  if (ref.kind !== 'group') return [ref.id];
  const before = known.get(ref.id);
  if (before !== undefined) return before;
  const group = draft.groups.get(ref.id);
  const found = group === undefined ? [] : find(group, links, draft);
  known.set(ref.id, found);
  return found;
}

function rootsOf(group: DraftGroup, { up }: Links): readonly string[] {
  return rootsOfGroup(group, up);
}

/** Airflow's rule: what comes after a group does not wait for its teardowns, but for what these wait for. */
function leavesOf({ tasks }: DraftGroup, { up, down }: Links, draft: Draft): readonly string[] {
  const kindOf = (id: string): string | undefined => draft.tasks.get(id)?.definition.kind;
  const leaves = new Set<string>();
  const seen = new Set<string>();
  const open = [...tasks].filter((id) => ![...(down.get(id) ?? [])].some((child) => tasks.has(child)));
  for (const id of open) {
    if (seen.has(id)) continue;
    seen.add(id);
    if (kindOf(id) !== 'teardown') leaves.add(id);
    else
      for (const parent of up.get(id)?.keys() ?? [])
        if (tasks.has(parent) && kindOf(parent) !== 'setup') open.push(parent);
  }
  return [...leaves];
}
