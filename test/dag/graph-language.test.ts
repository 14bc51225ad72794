import { choiceOf } from '../../dag/choice.ts';
import { defineDag } from '../../dag/define-dag.ts';
import type { DagDefinition, TaskContext } from '../../dag/definition.ts';
import { labelled } from '../../dag/edge-label.ts';
import { isNewestRun } from '../../dag/latest-only.ts';
import { cross, itemsOf, zip } from '../../dag/map-list.ts';
import type { Outcome } from '../../dag/outcome.ts';
import { cron, cronTrigger } from '../../dag/timetable.ts';
import { define, type Build } from './define.ts';

const run = (): number => 1;

function taskOf(definition: DagDefinition, id: string) {
  const task = definition.tasks.find((one) => one.id === id);
  if (task === undefined) throw new Error(`no task ${id}`);
  return task;
}

function upstreamOf(definition: DagDefinition): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(definition.tasks.map(({ id, upstream }) => [id, upstream]));
}

const context = { taskId: 'x', mapIndex: -1, tryNumber: 1 } as TaskContext;

describe('a branch', () => {
  const build: Build = ({ task, branch, group }) => {
    const pick = branch('pick', { choices: ['a', 'g'], run: () => 'a' });
    task('a', { after: [pick], run });
    group('g', { after: [pick] }, (inner) => {
      const first = inner.task('first', { run });
      inner.task('second', { after: [first], run });
    });
  };

  test('knows what each choice follows', () => {
    const pick = taskOf(define(build), 'pick');
    expect(pick).toMatchObject({ kind: 'branch', choices: { a: ['a'], g: ['g.first'] } });
    expect(choiceOf(pick, ['g', 'a'])).toEqual({ follow: ['g.first', 'a'] });
    expect(choiceOf(pick, null)).toEqual({ follow: [] });
  });

  test('reads a choice as it is written in its own group first', () => {
    const definition = define(({ group }) => {
      group('g', {}, ({ task, branch }) => {
        task('a', { after: [branch('pick', { choices: ['a'], run: () => null })], run });
      });
    });
    expect(taskOf(definition, 'g.pick').choices).toEqual({ a: ['g.a'] });
  });

  test('fails when it chooses what is none of its choices', async () => {
    for (const chosen of ['b', Promise.resolve(['a', 'b'])]) {
      const definition = define(({ task, branch }) => {
        task('a', { after: [branch('pick', { choices: ['a'], run: () => chosen as never })], run });
      });
      await expect(async () => taskOf(definition, 'pick').run(undefined, {}, context)).rejects.toThrow(
        'branch pick of DAG sample chose "b", which is none of its choices: a',
      );
    }
  });
});

test('a short circuit skips all below or what is directly below, and a latest-only what is directly below', () => {
  const definition = define(({ shortCircuit, latestOnly }) => {
    shortCircuit('all', { run: () => false });
    shortCircuit('some', { ignoreDownstreamTriggerRules: false, run: () => false });
    latestOnly('newest');
  });
  expect(definition.tasks.map((task) => choiceOf(task, false))).toEqual([
    { skip: 'all' },
    { skip: 'direct' },
    { follow: [] },
  ]);
  expect(definition.tasks.map((task) => choiceOf(task, true))).toEqual([undefined, undefined, undefined]);
});

test('a run is the newest until the next one is over, and always when somebody started it', () => {
  const at = (text: string) => new Date(text);
  const day = { start: at('2026-03-04T00:00Z'), end: at('2026-03-05T00:00Z') };
  const scheduled = { runType: 'scheduled', dataInterval: day } as const;
  expect(isNewestRun(cron('@daily'), scheduled, at('2026-03-06T00:00Z').getTime())).toBe(true);
  expect(isNewestRun(cron('@daily'), scheduled, at('2026-03-06T00:01Z').getTime())).toBe(false);
  expect(isNewestRun(cron('@daily'), { ...scheduled, runType: 'manual' }, at('2027-01-01').getTime())).toBe(true);
  expect(isNewestRun(null, scheduled, at('2027-01-01').getTime())).toBe(true);
  const moment = { runType: 'backfill', dataInterval: { start: day.start, end: day.start } } as const;
  expect(isNewestRun(cronTrigger('@daily'), moment, at('2026-03-04T23:00Z').getTime())).toBe(true);
  expect(isNewestRun(cronTrigger('@daily'), moment, at('2026-03-05T01:00Z').getTime())).toBe(false);
  const definition = define(({ latestOnly }) => void latestOnly('newest'), { schedule: cron('@daily') });
  const now = { ...context, ...scheduled, startDate: at('2026-03-09') } as TaskContext;
  expect(taskOf(definition, 'newest').run(undefined, {}, now)).toBe(false);
});

describe('groups', () => {
  test('prefix ids, nest, and go before and after whole', () => {
    const definition = define(({ task, group, chain }) => {
      const start = task('start', { run });
      const g = group('g', { after: [labelled(start, 'go')], tooltip: 'Words' }, (outer) => {
        const one = outer.group('one', {}, (inner) => ({ a: inner.task('a', { run }), b: inner.task('b', { run }) }));
        const two = outer.group('two', { prefixGroupId: false }, (inner) => inner.task('c', { run }));
        outer.chain(one, two);
        return one.tasks;
      });
      chain(g, task('end', { needs: { a: g.tasks.a }, run }));
    });
    expect(upstreamOf(definition)).toEqual({
      start: [],
      'g.one.a': ['start'],
      'g.one.b': ['start'],
      'g.c': ['g.one.a', 'g.one.b'],
      end: ['g.one.a', 'g.c'],
    });
    expect(taskOf(definition, 'g.one.a')).toMatchObject({ group: 'g.one', edgeLabels: { start: 'go' } });
    expect(definition.groups).toEqual([
      { id: 'g', parent: null, tooltip: 'Words' },
      { id: 'g.one', parent: 'g', tooltip: '' },
      { id: 'g.two', parent: 'g', tooltip: '' },
    ]);
  });

  test('have defaults of their own, which a task can overrule', () => {
    const definition = define(
      ({ group }) => {
        group('g', { defaultArgs: { retries: 2 } }, (outer) => {
          outer.task('a', { run });
          outer.group('h', { defaultArgs: { retries: 3 } }, ({ task }) => {
            task('b', { executionTimeout: null, run });
            task('c', { retries: 0, run });
          });
        });
      },
      { defaultArgs: { retries: 1, executionTimeout: '1 hour' } },
    );
    expect(definition.tasks.map(({ retries, executionTimeout }) => [retries, executionTimeout])).toEqual([
      [2, 3_600_000],
      [3, null],
      [0, 3_600_000],
    ]);
  });

  test('end with the work, not with its teardowns', () => {
    const definition = define(({ task, group }) => {
      const g = group('g', {}, (inner) => {
        const up = inner.setup('up', { run });
        const work = inner.task('work', { after: [up], run });
        inner.teardown('down', { setups: [up], after: [work], run });
      });
      task('end', { after: [g], run });
    });
    expect(upstreamOf(definition)).toMatchObject({ 'g.down': ['g.up', 'g.work'], end: ['g.work'] });
  });
});

test('chain and crossDownstream add edges to what is there', () => {
  const definition = define(({ task, chain, crossDownstream }) => {
    const [a, b, c, d, e, f] = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => task(id, { run }));
    if (!a || !b || !c || !d || !e || !f) throw new Error('never');
    chain(c, [a, b], [d, e]);
    crossDownstream([d, e], [f]);
  });
  expect(upstreamOf(definition)).toEqual({ a: ['c'], b: ['c'], c: [], d: ['a'], e: ['b'], f: ['d', 'e'] });
  expect(definition.tasks.map(({ id }) => id)).toEqual(['c', 'a', 'b', 'd', 'e', 'f']);
});

test('a long chain written from its end is put in order', () => {
  const definition = define(({ task, chain }) => {
    const links = Array.from({ length: 2_000 }, (_, n) => task(`t${n}`, { run }));
    chain(...links.toReversed());
  });
  expect(definition.tasks.map(({ id }) => id)).toEqual(Array.from({ length: 2_000 }, (_, n) => `t${1_999 - n}`));
});

describe('maps', () => {
  test('over results have their list later, with its labels', () => {
    const definition = define(({ task, map }) => {
      const rows = task('rows', { run: () => ['x', 'y'] });
      const each = map('each', rows, { run: (row) => row.length, label: (row, at) => `${at} ${row}` });
      map('pairs', zip(each, ['p', 'q', 'r']), { run: ([n, letter]) => `${letter}${n + 1}` });
      map('known', cross(['a', 'b'], [1, 2]), { maxActiveTisPerDagrun: 2, run: ([text, n]) => text.repeat(n) });
    });
    const each = taskOf(definition, 'each');
    expect(each).toMatchObject({ upstream: ['rows'], items: null, list: { kind: 'result', taskId: 'rows' } });
    expect(each.labelOf?.('x', 0)).toBe('0 x');
    const pairs = taskOf(definition, 'pairs');
    expect(pairs.upstream).toEqual(['each']);
    if (pairs.list === undefined) throw new Error('no list');
    expect(itemsOf(pairs.list, () => [1, 2])).toEqual([
      [1, 'p'],
      [2, 'q'],
    ]);
    expect(itemsOf(pairs.list, () => undefined)).toBeUndefined();
    expect(taskOf(definition, 'known')).toMatchObject({
      maxActiveTisPerDagrun: 2,
      items: [
        ['a', 1],
        ['a', 2],
        ['b', 1],
        ['b', 2],
      ],
    });
  });

  test.each([
    ['map', 3 as never, 'task rows of DAG sample gave number, but a task is mapped over its result'],
    ['map', Array.from({ length: 10_001 }, () => ''), 'gave 10001 items'],
    ['mapGroup', Array.from({ length: 501 }, () => ''), 'gave 501 items'],
  ])('fail the task that gives no list that can be mapped over: %s %#', async (by, given, words) => {
    const definition = define(({ task, map, mapGroup }) => {
      const rows = task('rows', { run: (): string[] => given });
      if (by === 'map') map('each', rows, { run });
      else mapGroup('group', rows, {}, (item, builder) => builder.task('each', { needs: { item }, run }));
    });
    const rows = taskOf(definition, 'rows');
    await expect(async () => rows.run(undefined, {}, context)).rejects.toThrow(words);
  });
});

describe('mapped groups', () => {
  const build: Build = ({ task, mapGroup }) => {
    const rows = task('rows', { run: () => ['x', 'y'] });
    const before = task('before', { run });
    const g = mapGroup(
      'g',
      rows,
      { after: [before], label: (row) => `row ${row}`, maxActiveTisPerDagrun: 2 },
      (row, inner) => {
        const one = inner.task('one', { needs: { row }, run: ({ row: text }) => text.length });
        return inner.group('sub', {}, ({ task: add }) => ({ two: add('two', { needs: { one, row }, run }) }));
      },
    );
    task('sum', { needs: { all: g.tasks.tasks.two }, after: [g], run: ({ all }) => all.length });
  };

  test('give each task the list, and its edges from outside to the first and from the last', () => {
    const definition = define(build);
    expect(upstreamOf(definition)).toEqual({
      rows: [],
      before: [],
      'g.one': ['rows', 'before'],
      'g.sub.two': ['g.one'],
      sum: ['g.sub.two'],
    });
    const two = taskOf(definition, 'g.sub.two');
    expect(two).toMatchObject({
      needs: { one: 'g.one' },
      itemInputs: ['row'],
      items: null,
      list: { kind: 'result', taskId: 'rows' },
      mappedGroup: 'g',
      group: 'g.sub',
      maxActiveTisPerDagrun: 2,
    });
    expect(two.labelOf?.('x', 0)).toBe('row x');
    expect(taskOf(definition, 'sum').mappedGroup).toBeUndefined();
  });

  test('over nothing are no error, but what can never run after them is', () => {
    const empty: Build = ({ mapGroup }) => {
      mapGroup('g', [], {}, (item, { task }) => task('b', { after: [task('a', { run })], needs: { item }, run }));
    };
    expect(define(empty).tasks.map(({ items }) => items)).toEqual([[], []]);
    const after: Build = ({ mapGroup, task }) => {
      task('c', { needs: { a: mapGroup('g', [], {}, (_, inner) => inner.task('a', { run })).tasks }, run });
    };
    expect(() => define(after)).toThrow(
      'task c: under its trigger rule all_success it can never run: g.a maps over nothing',
    );
  });
});

test('types flow through lists, branches and groups, as the compiler has checked', () => {
  expect(typesFlow).toBeInstanceOf(Function);
});

// Never called: the compiler is the test.
function typesFlow(): void {
  defineDag('types', { schedule: null }, ({ task, map, branch, shortCircuit, setup, teardown, group, mapGroup }) => {
    const rows = task('rows', { run: async () => [{ id: 1 }] });
    const ids = map('ids', rows, { run: (row) => row.id });
    const doubled = map('doubled', ids, { run: (id) => id * 2 });
    map('both', zip(ids, rows, ['a', 'b']), { run: ([id, row, text]) => id + row.id + text.length });
    // @ts-expect-error -- a number has no length
    map('wrong', doubled, { run: (id) => id.length });
    // @ts-expect-error -- the result of `one` is no list
    map('noList', task('one', { run: () => 1 }), { run: () => 1 });
    const pick = branch('pick', { choices: ['a', 'b'], run: () => ['a'] });
    task('told', {
      needs: { pick },
      run: ({ pick: chosen }): 'a' | 'b' | readonly ('a' | 'b')[] | null => chosen,
    });
    // @ts-expect-error -- `c` is none of the choices
    branch('typo', { choices: ['a', 'b'], run: () => 'c' });
    // @ts-expect-error -- a short circuit gives true or false
    shortCircuit('unclear', { run: () => 'yes' });
    const cluster = setup('cluster', { run: () => ({ address: 'x' }) });
    teardown('drop', {
      setups: [cluster],
      needs: { cluster },
      run: ({ cluster: made }): Outcome<{ address: string }> => made,
    });
    const g = group('g', {}, (inner) => ({ total: inner.task('total', { run: () => 3 }) }));
    const m = mapGroup('m', zip(rows, ['a']), {}, (item, inner) => {
      const sum = inner.task('sum', { needs: { item }, run: ({ item: [row, text] }) => row.id + text.length });
      const text = inner.task('text', {
        needs: { sum, item },
        triggerRule: 'all_done',
        // An item is there under every rule, and a result in the group is one index's.
        run: ({ sum: one, item: [row] }) => (one.state === 'success' ? `${one.value + row.id}` : one.state),
      });
      // @ts-expect-error -- an item is no task
      inner.task('late', { after: [item], run: () => 1 });
      // @ts-expect-error -- there is no map in a mapped group
      inner.map('inside', [1], { run: () => 1 });
      return { sum, nested: [text] as const };
    });
    task('sums', {
      needs: { sums: m.tasks.sum, first: m.tasks.nested[0] },
      run: ({ sums, first }): readonly [readonly number[], readonly string[]] => [sums, first],
    });
    task('after', { needs: { total: g.tasks.total }, after: [g], run: ({ total }) => total + 1 });
  });
}
