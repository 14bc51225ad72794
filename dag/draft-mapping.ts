import type { TaskDefinition } from './definition.ts';
import type { DraftMapping } from './draft.ts';
import { longestMap } from './limits.ts';
import { itemsOf, type CombinedList, type DefinedList, type MapList } from './map-list.ts';
import type { EdgeRef } from './outcome.ts';

type Say = (text: string) => never;

/** How indexes are named, and how many of them run at a time. */
interface MappingOptions {
  readonly label?: (item: never, index: number) => string;
  readonly maxActiveTisPerDagrun?: number;
}

/**
 * What a task or group is mapped over, a list of `longest` items at most; `say`, which throws, is told what is wrong. `known` checks
 * what the list is taken from.
 */
export function draftMapping(
  list: MapList<unknown>,
  { label, maxActiveTisPerDagrun: most }: MappingOptions,
  known: (ref: unknown, where: string) => EdgeRef,
  say: Say,
  longest: number = longestMap,
): DraftMapping {
  const defined = definedList(list, known, say);
  const items = itemsOf(defined, () => undefined);
  if (items !== undefined && items.length > longest) {
    say(`maps over ${items.length} items; at most ${longest} fit, so map over ranges of them`);
  }
  if (most !== undefined && (!Number.isInteger(most) || most < 1)) {
    say(`maxActiveTisPerDagrun is ${most}; it is a whole number from 1`);
  }
  return {
    list: defined,
    labelOf: (item, index) => {
      if (label !== undefined) return labelBy(label, item, index);
      return typeof item === 'string' && item.length <= 40 ? item : String(index);
    },
    ...(most !== undefined && { maxActiveTisPerDagrun: most }),
  };
}

/**
 * A label is for people: a function that does not know what to make of an item must not keep a run from its tasks. Thrown where a run
 * expands a map, its error would be the workflow's, which Temporal tries for ever.
 */
function labelBy(label: (item: never, index: number) => unknown, item: unknown, index: number): string {
  try {
    const given = label(item as never, index);
    return typeof given === 'string' || typeof given === 'number' ? String(given) : String(index);
  } catch {
    return String(index);
  }
}

/** What a task's definition says of its mapping. */
export function mappedFields(
  mapping: DraftMapping | undefined,
): Pick<TaskDefinition, 'items' | 'labels' | 'list' | 'labelOf' | 'maxActiveTisPerDagrun'> {
  if (mapping === undefined) return { items: null, labels: null };
  const { list, labelOf, maxActiveTisPerDagrun: most } = mapping;
  const limit = most === undefined ? {} : { maxActiveTisPerDagrun: most };
  const items = itemsOf(list, () => undefined);
  if (items === undefined) return { items: null, labels: null, list, labelOf, ...limit };
  return { items, labels: items.map(labelOf), ...limit };
}

function definedList(
  list: MapList<unknown>,
  known: (ref: unknown, where: string) => EdgeRef,
  say: (text: string) => never,
): DefinedList {
  if (Array.isArray(list)) return { kind: 'items', items: list as readonly unknown[] };
  const { kind } = list as EdgeRef | CombinedList;
  if (kind === 'task' || kind === 'map') return { kind: 'result', taskId: known(list, 'the list').id };
  if (kind !== 'zip' && kind !== 'cross')
    return say('maps over what is no list: give it an array, a task, zip() or cross()');
  const lists = (list as CombinedList).lists.map((one) => definedList(one, known, say));
  const whole: DefinedList = { kind, lists };
  const items = itemsOf(whole, () => undefined);
  return items === undefined ? whole : { kind: 'items', items };
}
