import type { MapRef, TaskRef } from './outcome.ts';

declare const item: unique symbol;

/** Lists put together to one, whose items are tuples. */
export interface CombinedList<Item = unknown> {
  readonly kind: 'zip' | 'cross';
  readonly lists: readonly MapList<unknown>[];
  readonly [item]?: Item;
}

/** What a task can be mapped over: a list, the list that a task gives, the results of a mapped task, or several put together. */
export type MapList<Item> = readonly Item[] | TaskRef<readonly Item[]> | MapRef<Item> | CombinedList<Item>;

type ItemOf<List> = List extends readonly (infer Item)[]
  ? Item
  : List extends TaskRef<readonly (infer Item)[]>
    ? Item
    : List extends MapRef<infer Item>
      ? Item
      : List extends CombinedList<infer Item>
        ? Item
        : never;

type ItemsOf<Lists extends readonly unknown[]> = { readonly [At in keyof Lists]: ItemOf<Lists[At]> };

/** The first items of all lists, then the second ones, as long as the shortest list goes. */
export function zip<const Lists extends readonly MapList<unknown>[]>(...lists: Lists): CombinedList<ItemsOf<Lists>> {
  return { kind: 'zip', lists };
}

/** Every item of each list with every one of the others; the last list goes round first (Airflow's expand over several). */
export function cross<const Lists extends readonly MapList<unknown>[]>(...lists: Lists): CombinedList<ItemsOf<Lists>> {
  return { kind: 'cross', lists };
}

/** A list as a definition holds it: items, the result of a task, or several lists put together. */
export type DefinedList =
  | { readonly kind: 'items'; readonly items: readonly unknown[] }
  | { readonly kind: 'result'; readonly taskId: string }
  | { readonly kind: 'zip' | 'cross'; readonly lists: readonly DefinedList[] };

/** What a task or mapped task has given: its list, or `undefined` while it has given none. */
export type ListResult = (taskId: string) => readonly unknown[] | undefined;

/** The items of a list; `undefined` when a result that it takes is not there. */
export function itemsOf(list: DefinedList, resultOf: ListResult): readonly unknown[] | undefined {
  if (list.kind === 'items') return list.items;
  if (list.kind === 'result') return resultOf(list.taskId);
  const lists: (readonly unknown[])[] = [];
  for (const one of list.lists) {
    const items = itemsOf(one, resultOf);
    if (items === undefined) return undefined;
    lists.push(items);
  }
  return list.kind === 'zip' ? zipped(lists) : crossed(lists);
}

/** Ids of the tasks whose results a list takes. */
export function sourcesOf(list: DefinedList): readonly string[] {
  if (list.kind === 'items') return [];
  return list.kind === 'result' ? [list.taskId] : list.lists.flatMap(sourcesOf);
}

function zipped(lists: readonly (readonly unknown[])[]): readonly unknown[] {
  const length = lists.length === 0 ? 0 : Math.min(...lists.map((one) => one.length));
  return Array.from({ length }, (_, at) => lists.map((one) => one[at]));
}

function crossed(lists: readonly (readonly unknown[])[]): readonly unknown[] {
  if (lists.length === 0) return [];
  let rows: readonly (readonly unknown[])[] = [[]];
  for (const list of lists) rows = rows.flatMap((row) => list.map((one) => [...row, one]));
  return rows;
}
