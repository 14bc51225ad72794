import { mappedGroupAround, type Draft, type DraftGroup } from './draft.ts';
import type { EdgeRef, ItemRef } from './outcome.ts';

type Say = (text: string) => never;

/** What a task names has to be of this DAG, and of the mapped group that the task is in, where it is in one. Else `say` throws. */
export function checkRef(draft: Draft, place: DraftGroup | null, say: Say, ref: unknown, where: string): EdgeRef {
  const one = checkNeed(draft, place, say, ref, where);
  return one.kind === 'item'
    ? say(`${where} is the item of the mapped group ${one.id}, which is no task: name it in needs`)
    : one;
}

/** As {@link checkRef}, for what can be given as an input. */
export function checkNeed(
  { refs }: Draft,
  place: DraftGroup | null,
  say: Say,
  ref: unknown,
  where: string,
): EdgeRef | ItemRef {
  const name = (ref as Partial<EdgeRef> | null | undefined)?.id;
  const scope = refs.get(ref);
  if (scope === undefined) {
    return say(
      `${where} is ${name === undefined ? 'not a task' : `task ${name} of another DAG`}; give it what task(), map() or the like of this DAG returned, from a line above`,
    );
  }
  if (scope !== null && mappedGroupAround(place) !== scope) {
    say(
      `${where} is ${name} as it is within the mapped group ${scope.id}, an index for itself: let the group's function return it, and take it from the tasks of what mapGroup() returns`,
    );
  }
  return ref as EdgeRef | ItemRef;
}

/** What a mapped group's function returned, as others may need it: its tasks are mapped ones, seen from outside. */
export function seenFromOutside({ refs }: Draft, scope: DraftGroup, returned: unknown): unknown {
  const seen = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(seen);
    const { kind } = value as Partial<EdgeRef>;
    if (refs.get(value) === scope && (kind === 'task' || kind === 'group')) {
      const { id } = value as EdgeRef;
      const made: EdgeRef =
        kind === 'task' ? { kind: 'map', id } : { kind, id, tasks: seen((value as { tasks: unknown }).tasks) };
      refs.set(made, null);
      return made;
    }
    if (Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, seen(part)]));
  };
  return seen(returned);
}
