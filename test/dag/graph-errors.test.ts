import type { TaskRef } from '../../dag/outcome.ts';
import { define, type Build } from './define.ts';

const run = (): number => 1;

type Builder = Parameters<Build>[0];

describe('definition errors', () => {
  test.each<readonly [string, Build, string]>([
    [
      'a cycle',
      ({ task, chain }) => {
        const [a, b, c] = ['a', 'b', 'c'].map((id) => task(id, { run }));
        if (a && b && c) chain(a, b, c, a);
      },
      'its edges go in a circle, a → b → c → a: take one of them out',
    ],
    ['no choice', ({ branch }) => branch('b', { choices: [], run: () => null }), 'branch b: has no choices'],
    [
      'an unknown choice',
      ({ task, branch }) => task('a', { after: [branch('b', { choices: ['c'], run: () => null })], run }),
      'branch b: there is no task or group c; directly below it are a',
    ],
    [
      'a choice that is elsewhere',
      ({ task, branch }) => [task('a', { run }), branch('b', { choices: ['a'], run: () => null })],
      'branch b: its choice a is not below it',
    ],
    ['an empty group', ({ group }) => group('g', {}, () => 1), 'group g: has no task'],
    [
      'two of one id',
      ({ task, group }) => [task('g', { run }), group('g', {}, (inner) => inner.task('a', { run }))],
      'group g: there are two of this id, a task and a group',
    ],
    [
      'a group after its own task',
      ({ group, chain }) => {
        const g = group('g', {}, ({ task }) => task('a', { run }));
        chain(g.tasks, g);
      },
      'group g: has an edge with g.a, which is a part of it',
    ],
    [
      'a group whose result is needed',
      ({ group, task }) => task('b', { needs: { g: group('g', {}, (i) => i.task('a', { run })) as never }, run }),
      'needs.g is a group, which has no result',
    ],
    [
      'a teardown of what is no setup',
      ({ task, teardown }) => teardown('down', { setups: [task('a', { run })], run }),
      'setups[0] is a, which is no setup',
    ],
    [
      'a teardown with a rule',
      ({ teardown }) => teardown('down', { triggerRule: 'always', run } as never),
      'a teardown has a rule of its own',
    ],
    [
      'lists that make no pairs',
      ({ task, chain }) => chain([task('a', { run })], [task('b', { run }), task('c', { run })]),
      'chain(): lists of 1 and of 2 cannot go in pairs',
    ],
    ['a map over no list', ({ map }) => map('m', 3 as never, { run }), 'task m: maps over what is no list'],
    [
      'a limit of none',
      ({ map }) => map('m', [1], { maxActiveTisPerDagrun: 0, run }),
      'maxActiveTisPerDagrun is 0; it is a whole number from 1',
    ],
    [
      'a map in a mapped group',
      ({ mapGroup }) => mapGroup('g', [1], {}, (_, inner) => (inner as never as Builder).map('m', [2], { run })),
      "task g.m: is a map within the mapped group g, where every task has the group's indexes",
    ],
    [
      'a mapped group in a mapped group',
      ({ mapGroup }) =>
        mapGroup('g', [1], {}, (_, inner) =>
          inner.group('h', {}, ({ mapGroup: again }) => again('i', [2], {}, (__, { task }) => task('a', { run }))),
        ),
      'group g.h.i: is a map within the mapped group g',
    ],
    [
      'a task of a mapped group, as it is in there, needed outside',
      ({ task, mapGroup }) => {
        let leaked: TaskRef<number> | undefined;
        mapGroup('g', [1], {}, (_, inner) => (leaked = inner.task('a', { run })));
        task('b', { needs: { leaked: leaked as never }, run });
      },
      'task b: needs.leaked is g.a as it is within the mapped group g, an index for itself',
    ],
    [
      'an item that something comes after',
      ({ mapGroup }) => mapGroup('g', [1], {}, (item, { task }) => task('a', { after: [item as never], run })),
      'task g.a: after[0] is the item of the mapped group g, which is no task: name it in needs',
    ],
    [
      'a task in a mapped group that would not wait for its list',
      ({ mapGroup }) => mapGroup('g', [1], {}, (_, { task }) => task('a', { triggerRule: 'always', run })),
      'task g.a: has the trigger rule always',
    ],
    [
      'a mapped group over too many items',
      ({ mapGroup }) => mapGroup('g', Array.from({ length: 501 }), {}, (_, { task }) => task('a', { run })),
      'group g: maps over 501 items',
    ],
    [
      'a weight that is none',
      ({ task }) => task('a', { priorityWeight: 1.5, run }),
      'task a: priorityWeight is 1.5; it is a whole number',
    ],
    [
      'a weight rule that there is not',
      ({ task }) => task('a', { weightRule: 'all' as never, run }),
      'there is no weightRule all; there are downstream, upstream, absolute',
    ],
    [
      'a task below a map over nothing',
      ({ map, task }) => task('b', { needs: { m: map('m', [], { run }) }, run }),
      'task b: under its trigger rule all_success it can never run: m maps over nothing',
    ],
    [
      'a task below work and what handles its failure',
      ({ task }) => {
        const a = task('a', { run });
        const handle = task('handle', { after: [a], triggerRule: 'one_failed', run });
        task('c', { after: [a, handle], run });
      },
      'task c: under its trigger rule all_success it can never run: handle runs only when one of a failed',
    ],
  ])('%s', (_, build, words) => {
    expect(() => define(build)).toThrow(/^DAG sample: /);
    expect(() => define(build)).toThrow(words);
  });
});

describe('warnings', () => {
  test('tell of a failure that no leaf tells', () => {
    const { warnings } = define(({ task }) => {
      task('report', { after: [task('a', { run })], triggerRule: 'all_done', run });
    });
    expect(warnings).toEqual([
      'task report can succeed under all_done although a failed, and no other task tells: the run would succeed; let a task under all_success come after it, too',
    ]);
  });

  test('are none where another leaf tells, or a teardown is all that comes after', () => {
    const { warnings } = define(({ task, setup, teardown }) => {
      const a = task('a', { run });
      task('report', { after: [a], triggerRule: 'all_done', run });
      task('verify', { after: [a], run });
      const up = setup('up', { run });
      teardown('down', { setups: [up], after: [task('work', { after: [up], run })], run });
    });
    expect(warnings).toEqual([]);
  });
});
