import type { DagBuilder } from './builder.ts';
import { taskCallbacks } from './callbacks.ts';
import type { TaskDefinition, TaskKind } from './definition.ts';
import { groupsAround, refuse, type Draft, type DraftGroup } from './draft.ts';
import type { LabelledEdge } from './edge-label.ts';
import { isNewestRun } from './latest-only.ts';
import { longestMap } from './limits.ts';
import { itemsOf, sourcesOf, type CombinedList, type DefinedList, type MapList } from './map-list.ts';
import type { TryOptions } from './options.ts';
import type { AnyRef, EdgeRef, GroupRef } from './outcome.ts';
import type { EdgeOptions, GroupOptions, Needs } from './task-options.ts';
import { unmappedRun } from './task-run.ts';
import { weightRules } from './priority.ts';
import type { Timetable } from './timetable.ts';
import { triggerRules, type TriggerRule } from './trigger-rules.ts';
import { tryPolicy } from './try-policy.ts';

/** What a task may have been told, whatever kind it is of. */
interface AnyOptions extends EdgeOptions<Needs, TriggerRule> {
  readonly run: unknown;
  readonly label?: (item: unknown, index: number) => string;
  readonly maxActiveTisPerDagrun?: number;
  readonly choices?: readonly string[];
  readonly ignoreDownstreamTriggerRules?: boolean;
  readonly setups?: readonly AnyRef[];
  readonly onFailureFailDagrun?: boolean;
}

/** What of a DAG its tasks are made with. */
interface DagDefaults {
  readonly timetable: Timetable | null;
  readonly defaultArgs: TryOptions;
}

/** The builder of a DAG, or of a group of it: writes into the draft. Throws a definition error for what is wrong with a task. */
export function dagBuilder(draft: Draft, defaults: DagDefaults, group: DraftGroup | null = null): DagBuilder<never> {
  const prefix = group?.prefix ?? '';

  function add(ownId: string, own: AnyOptions, kind?: TaskKind, mapList?: MapList<unknown>): AnyRef {
    const id = prefix + ownId;
    const say = (text: string): never => refuse(draft, `task ${id}`, text);
    checkId(draft, 'task', id);
    const known = (ref: unknown, where: string): EdgeRef => checkRef(draft, say, ref, where);
    const needs = Object.entries(own.needs ?? {}).map(([name, ref]) => {
      const from = known(ref, `needs.${name}`);
      return from.kind === 'group'
        ? say(`needs.${name} is a group, which has no result: need a task of it`)
        : ([name, from] as const);
    });
    const list = mapList === undefined ? undefined : definedList(mapList, known, say);
    const items = list === undefined ? null : (itemsOf(list, () => undefined) ?? null);
    if (items !== null && items.length > longestMap) {
      say(`maps over ${items.length} items; at most ${longestMap} fit, so map over ranges of them`);
    }
    const merged: TryOptions = Object.assign({}, defaults.defaultArgs, ...defaultsOf(group), own);
    const callbacks = taskCallbacks(merged, say);
    draft.tasks.set(id, {
      definition: {
        id,
        ...(kind !== undefined && { kind }),
        needs: Object.fromEntries(needs.map(([name, from]) => [name, from.id])),
        triggerRule: ruleOf(own, kind, say),
        ...tryPolicy(merged, say),
        ...(callbacks !== undefined && { callbacks }),
        items,
        labels: items === null ? null : items.map((item, index) => labelOf(own, item, index)),
        ...(list !== undefined && items === null && { list, labelOf: (item, index) => labelOf(own, item, index) }),
        ...maxActive(own, say),
        ...priorityOf(merged, say),
        ...(own.ignoreDownstreamTriggerRules === false && { ignoreDownstreamTriggerRules: false }),
        ...(own.onFailureFailDagrun === true && { onFailureFailDagrun: true }),
        ...(group !== null && { group: group.id }),
        doc: own.doc ?? '',
        run: list === undefined ? unmappedRun(own.run) : (own.run as TaskDefinition['run']),
      },
      group,
      choices: kind === 'branch' ? (own.choices ?? []) : null,
    });
    const made: AnyRef = { kind: list === undefined ? 'task' : 'map', id };
    draft.refs.add(made);
    for (const [, from] of needs) draft.edges.push({ from, to: made });
    for (const source of list === undefined ? [] : sourcesOf(list)) {
      draft.edges.push({ from: { kind: 'task', id: source }, to: made });
    }
    for (const [at, setup] of (own.setups ?? []).entries()) {
      const from = known(setup, `setups[${at}]`);
      if (draft.tasks.get(from.id)?.definition.kind !== 'setup')
        say(`setups[${at}] is ${from.id}, which is no setup: define it with setup()`);
      draft.edges.push({ from, to: made });
    }
    addAfter(own.after, made, known);
    for (const around of groupsAround(group)) around.tasks.add(id);
    return made;
  }

  function addAfter(
    after: readonly (EdgeRef | LabelledEdge)[] | undefined,
    to: EdgeRef,
    known: (ref: unknown, where: string) => EdgeRef,
  ): void {
    for (const [at, end] of (after ?? []).entries()) {
      if (end?.kind !== 'labelled') draft.edges.push({ from: known(end, `after[${at}]`), to });
      else draft.edges.push({ from: known(end.ref, `after[${at}]`), to, label: end.label });
    }
  }

  function addGroup(ownId: string, options: GroupOptions, build: (builder: DagBuilder<never>) => unknown): GroupRef {
    const id = prefix + ownId;
    checkId(draft, 'group', id);
    const made: DraftGroup = {
      id,
      parent: group,
      prefix: options.prefixGroupId === false ? prefix : `${id}.`,
      tooltip: options.tooltip ?? '',
      defaultArgs: options.defaultArgs ?? {},
      tasks: new Set(),
    };
    draft.groups.set(id, made);
    const tasks = build(dagBuilder(draft, defaults, made));
    const say = (text: string): never => refuse(draft, `group ${id}`, text);
    if (made.tasks.size === 0) say('has no task: define one in it, or leave the group out');
    const ref: GroupRef = { kind: 'group', id, tasks };
    draft.refs.add(ref);
    addAfter(options.after, ref, (end, where) => checkRef(draft, say, end, where));
    return ref;
  }

  function edges(verb: string, froms: readonly EdgeRef[], tos: readonly EdgeRef[]): void {
    const say = (text: string): never => refuse(draft, verb, text);
    for (const from of froms) {
      for (const to of tos) {
        draft.edges.push({ from: checkRef(draft, say, from, 'an end'), to: checkRef(draft, say, to, 'an end') });
      }
    }
  }

  const builder = {
    task: add,
    map: (id: string, list: MapList<unknown>, own: AnyOptions) => add(id, own, undefined, list),
    branch: (id: string, own: AnyOptions) => add(id, own, 'branch'),
    shortCircuit: (id: string, own: AnyOptions) => add(id, own, 'short_circuit'),
    latestOnly: (id: string, own: Omit<AnyOptions, 'run'> = {}) =>
      add(
        id,
        {
          ...own,
          run: (_: unknown, context: Parameters<TaskDefinition['run']>[2]) =>
            isNewestRun(defaults.timetable, context, context.startDate.getTime()),
        },
        'latest_only',
      ),
    setup: (id: string, own: AnyOptions) => add(id, own, 'setup'),
    teardown: (id: string, own: AnyOptions) => add(id, own, 'teardown'),
    group: addGroup,
    chain: (...links: readonly (EdgeRef | readonly EdgeRef[])[]) => {
      for (const [at, link] of links.entries()) {
        const before = links[at - 1];
        if (before === undefined) continue;
        if (!Array.isArray(before) || !Array.isArray(link)) edges('chain()', [before].flat(), [link].flat());
        else if (before.length !== link.length) {
          refuse(
            draft,
            'chain()',
            `lists of ${before.length} and of ${link.length} cannot go in pairs: use crossDownstream()`,
          );
        } else
          for (const [pair, from] of before.entries()) edges('chain()', [from as EdgeRef], [link[pair] as EdgeRef]);
      }
    },
    crossDownstream: (up: readonly EdgeRef[], down: readonly EdgeRef[]) => edges('crossDownstream()', up, down),
  };
  return builder as unknown as DagBuilder<never>;
}

function checkId(draft: Draft, what: string, id: string): void {
  if (!/^[A-Za-z0-9_.-]{1,250}$/.test(id)) {
    refuse(draft, `${what} ${id}`, 'an id has letters, digits, dots, - and _, at most 250');
  }
  const other = draft.tasks.has(id) ? 'task' : draft.groups.has(id) ? 'group' : undefined;
  if (other !== undefined)
    refuse(
      draft,
      `${what} ${id}`,
      `there are two ${other === what ? `${what}s ${id}` : `of this id, a task and a group`}: give one of them another id`,
    );
}

function checkRef(draft: Draft, say: (text: string) => never, ref: unknown, where: string): EdgeRef {
  if (draft.refs.has(ref)) return ref as EdgeRef;
  const name = (ref as Partial<EdgeRef> | null | undefined)?.id;
  return say(
    `${where} is ${name === undefined ? 'not a task' : `task ${name} of another DAG`}; give it what task(), map() or the like of this DAG returned, from a line above`,
  );
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

function defaultsOf(group: DraftGroup | null): readonly TryOptions[] {
  return groupsAround(group).map(({ defaultArgs }) => defaultArgs);
}

function ruleOf(own: AnyOptions, kind: TaskKind | undefined, say: (text: string) => never): TriggerRule {
  if (kind === 'teardown')
    return own.triggerRule === undefined ? 'all_done' : say('a teardown has a rule of its own: take triggerRule out');
  const { triggerRule = 'all_success' } = own;
  if (triggerRules.includes(triggerRule)) return triggerRule;
  return say(`there is no trigger rule ${triggerRule as string}; there are ${triggerRules.join(', ')}`);
}

function maxActive(
  { maxActiveTisPerDagrun: most }: AnyOptions,
  say: (text: string) => never,
): Pick<TaskDefinition, 'maxActiveTisPerDagrun'> {
  if (most === undefined) return {};
  if (!Number.isInteger(most) || most < 1) say(`maxActiveTisPerDagrun is ${most}; it is a whole number from 1`);
  return { maxActiveTisPerDagrun: most };
}

function priorityOf(
  { priorityWeight: weight, weightRule: rule }: TryOptions,
  say: (text: string) => never,
): Pick<TaskDefinition, 'priorityWeight' | 'weightRule'> {
  if (weight !== undefined && !Number.isInteger(weight)) say(`priorityWeight is ${weight}; it is a whole number`);
  if (rule !== undefined && !weightRules.includes(rule))
    say(`there is no weightRule ${rule as string}; there are ${weightRules.join(', ')}`);
  return { ...(weight !== undefined && { priorityWeight: weight }), ...(rule !== undefined && { weightRule: rule }) };
}

function labelOf({ label }: AnyOptions, item: unknown, index: number): string {
  if (label !== undefined) return label(item, index);
  return typeof item === 'string' && item.length <= 40 ? item : String(index);
}
