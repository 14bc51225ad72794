import { assetProblem } from './assets.ts';
import type { DagBuilder } from './builder.ts';
import { taskCallbacks } from './callbacks.ts';
import type { TaskDefinition, TaskKind } from './definition.ts';
import { draftMapping, mappedFields } from './draft-mapping.ts';
import { checkNeed, checkRef, seenFromOutside } from './draft-refs.ts';
import { groupsAround, mappedGroupAround, refuse, type Draft, type DraftGroup, type DraftMapping } from './draft.ts';
import type { LabelledEdge } from './edge-label.ts';
import { isNewestRun } from './latest-only.ts';
import { longestInlineMap } from './limits.ts';
import { sourcesOf, type MapList } from './map-list.ts';
import type { TryOptions } from './options.ts';
import type { AnyRef, EdgeRef, GroupRef, ItemRef } from './outcome.ts';
import type { EdgeOptions, GroupOptions, MapGroupOptions, Needs } from './task-options.ts';
import { taskRoom } from './task-room.ts';
import { unmappedRun } from './task-run.ts';
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
  const mapped = mappedGroupAround(group);

  function add(ownId: string, own: AnyOptions, kind?: TaskKind, mapList?: MapList<unknown>): AnyRef {
    const id = prefix + ownId;
    const say = (text: string): never => refuse(draft, `task ${id}`, text);
    checkId(draft, 'task', id);
    const known = (ref: unknown, where: string): EdgeRef => checkRef(draft, group, say, ref, where);
    const needs = Object.entries(own.needs ?? {}).map(([name, ref]) => {
      const from = checkNeed(draft, group, say, ref, `needs.${name}`);
      return from.kind === 'group'
        ? say(`needs.${name} is a group, which has no result: need a task of it`)
        : ([name, from] as const);
    });
    const tasksNeeded = needs.flatMap(([name, from]) => (from.kind === 'item' ? [] : [[name, from] as const]));
    const itemInputs = needs.flatMap(([name, from]) => (from.kind === 'item' ? [name] : []));
    if (mapped !== null && mapList !== undefined) noMapWithin(mapped, say);
    const ownMapping = mapList === undefined ? undefined : draftMapping(mapList, own, known, say);
    const merged: TryOptions = Object.assign({}, defaults.defaultArgs, ...defaultsOf(group), own);
    const callbacks = taskCallbacks(merged, say);
    draft.tasks.set(id, {
      definition: {
        id,
        ...(kind !== undefined && { kind }),
        needs: Object.fromEntries(tasksNeeded.map(([name, from]) => [name, from.id])),
        ...(itemInputs.length > 0 && { itemInputs }),
        triggerRule: ruleOf(own, kind, mapped, say),
        ...tryPolicy(merged, say),
        ...(callbacks !== undefined && { callbacks }),
        ...mappedFields(ownMapping ?? mapped?.mapping ?? undefined),
        ...taskRoom(merged, say),
        ...outletsOf(own, say),
        ...(own.ignoreDownstreamTriggerRules === false && { ignoreDownstreamTriggerRules: false }),
        ...(own.onFailureFailDagrun === true && { onFailureFailDagrun: true }),
        ...(group !== null && { group: group.id }),
        ...(mapped !== null && { mappedGroup: mapped.id }),
        doc: own.doc ?? '',
        run: ownMapping === undefined ? unmappedRun(own.run) : (own.run as TaskDefinition['run']),
      },
      group,
      choices: kind === 'branch' ? (own.choices ?? []) : null,
    });
    const made: AnyRef = { kind: ownMapping === undefined ? 'task' : 'map', id };
    draft.refs.set(made, mapped);
    for (const [, from] of tasksNeeded) draft.edges.push({ from, to: made });
    if (ownMapping !== undefined) addSources(ownMapping, made);
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

  function addSources({ list }: DraftMapping, to: EdgeRef): void {
    for (const id of sourcesOf(list)) draft.edges.push({ from: { kind: 'task', id }, to });
  }

  function addGroup(
    ownId: string,
    options: GroupOptions,
    build: (builder: DagBuilder<never>, made: DraftGroup) => unknown,
    mapping: DraftMapping | null = null,
  ): GroupRef {
    const id = prefix + ownId;
    checkId(draft, 'group', id);
    const made: DraftGroup = {
      id,
      parent: group,
      prefix: options.prefixGroupId === false ? prefix : `${id}.`,
      tooltip: options.tooltip ?? '',
      defaultArgs: options.defaultArgs ?? {},
      tasks: new Set(),
      mapping,
    };
    draft.groups.set(id, made);
    const tasks = build(dagBuilder(draft, defaults, made), made);
    const say = (text: string): never => refuse(draft, `group ${id}`, text);
    if (made.tasks.size === 0) say('has no task: define one in it, or leave the group out');
    const ref: GroupRef = { kind: 'group', id, tasks };
    draft.refs.set(ref, mapped);
    if (mapping !== null) addSources(mapping, ref);
    addAfter(options.after, ref, (end, where) => checkRef(draft, group, say, end, where));
    return ref;
  }

  function addMapGroup(
    ownId: string,
    list: MapList<unknown>,
    options: MapGroupOptions<unknown>,
    build: (item: ItemRef, builder: DagBuilder<never>) => unknown,
  ): GroupRef {
    const id = prefix + ownId;
    const say = (text: string): never => refuse(draft, `group ${id}`, text);
    if (mapped !== null) noMapWithin(mapped, say);
    const known = (ref: unknown, where: string): EdgeRef => checkRef(draft, group, say, ref, where);
    const mapping = draftMapping(list, options, known, say, longestInlineMap);
    const within = (builder: DagBuilder<never>, made: DraftGroup): unknown => {
      const item: ItemRef = { kind: 'item', id };
      draft.refs.set(item, made);
      return seenFromOutside(draft, made, build(item, builder));
    };
    return addGroup(ownId, options, within, mapping);
  }

  function edges(verb: string, froms: readonly EdgeRef[], tos: readonly EdgeRef[]): void {
    const say = (text: string): never => refuse(draft, verb, text);
    for (const from of froms) {
      for (const to of tos) {
        draft.edges.push({
          from: checkRef(draft, group, say, from, 'an end'),
          to: checkRef(draft, group, say, to, 'an end'),
        });
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
    group: (id: string, options: GroupOptions, build: (builder: DagBuilder<never>) => unknown) =>
      addGroup(id, options, build),
    mapGroup: addMapGroup,
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

function defaultsOf(group: DraftGroup | null): readonly TryOptions[] {
  return groupsAround(group).map(({ defaultArgs }) => defaultArgs);
}

function noMapWithin({ id }: DraftGroup, say: (text: string) => never): never {
  return say(
    `is a map within the mapped group ${id}, where every task has the group's indexes: put it below the group, or map over cross() of both lists`,
  );
}

function ruleOf(
  own: AnyOptions,
  kind: TaskKind | undefined,
  mapped: DraftGroup | null,
  say: (text: string) => never,
): TriggerRule {
  if (kind === 'teardown')
    return own.triggerRule === undefined ? 'all_done' : say('a teardown has a rule of its own: take triggerRule out');
  const { triggerRule = 'all_success' } = own;
  if (triggerRule === 'always' && mapped !== null)
    say(
      `has the trigger rule always, but a task of the mapped group ${mapped.id} has to wait for its list: choose another rule`,
    );
  if (triggerRules.includes(triggerRule)) return triggerRule;
  return say(`there is no trigger rule ${triggerRule as string}; there are ${triggerRules.join(', ')}`);
}

function outletsOf({ outlets = [] }: AnyOptions, say: (text: string) => never): Pick<TaskDefinition, 'outlets'> {
  const problem = outlets.map(assetProblem).find((one) => one !== undefined);
  if (problem !== undefined) say(problem);
  return outlets.length === 0 ? {} : { outlets: [...new Set(outlets.map(({ asset }) => asset))] };
}
