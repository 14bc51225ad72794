import type { CallbackEvent } from '../../../dag/definition.ts';
import { cron } from '../../../dag/timetable.ts';
import { rehearse } from '../../../scripts/dags/rehearse.ts';
import type { Supposition } from '../../../scripts/dags/supposition.ts';
import { dag } from '../../../workflows/engine/dag.ts';
import { notifySlack } from '../../../workflows/operators/notify.ts';
import { waitFor } from '../../../workflows/operators/wait-until.ts';

const sample = dag('sample', { schedule: cron('@daily') }, ({ task, map, branch, shortCircuit }) => {
  const gate = shortCircuit('gate', { run: () => true });
  const list = task('list', { after: [gate], run: (): string[] => [] });
  const each = map('each', list, { run: (item) => item });
  const choose = branch('choose', { needs: { each }, choices: ['many', 'few'], run: () => 'few' });
  task('many', { after: [choose], run: () => 'many' });
  task('few', { after: [choose], run: () => 'few' });
});

const nothing: Supposition = { at: new Date('2026-03-02T00:00:00Z'), params: {}, fail: [], skip: [], results: {} };
const statesWhen = async (supposed: Partial<Supposition>) =>
  (await rehearse(sample, { ...nothing, ...supposed })).states;

describe('a rehearsal of a DAG', () => {
  test('lets every task succeed, each branch be followed, and a map have one item', async () => {
    const { state, states, status } = await rehearse(sample, nothing);
    expect(state).toBe('success');
    expect(states).toEqual({
      gate: 'success',
      list: 'success',
      each: ['success'],
      choose: 'success',
      many: 'success',
      few: 'success',
    });
    expect(status).toMatchObject({ runType: 'scheduled', logicalDate: '2026-03-01T00:00:00Z' });
  });

  test('says what follows from what is supposed', async () => {
    expect(await statesWhen({ fail: ['each'] })).toMatchObject({ each: ['failed'], choose: 'upstream_failed' });
    expect(await statesWhen({ skip: ['list'] })).toMatchObject({ list: 'skipped', each: 'skipped', few: 'skipped' });
    expect(await statesWhen({ results: { gate: false } })).toMatchObject({ gate: 'success', list: 'skipped' });
    expect(await statesWhen({ results: { list: [1, 2, 3], choose: 'few' } })).toMatchObject({
      each: ['success', 'success', 'success'],
      many: 'skipped',
      few: 'success',
    });
    expect(await statesWhen({ results: { list: [] } })).toMatchObject({ each: 'skipped' });
  });

  test('tells nobody: a DAG whose callbacks notify could not be rehearsed', async () => {
    const tell = (event: CallbackEvent) => notifySlack({ channel: 'ops', event });
    const told = dag(
      'told',
      {
        schedule: null,
        onFailureCallback: tell,
        deadline: { reference: 'queuedAt', interval: '1 second', callback: tell },
        defaultArgs: { retries: 1, onRetryCallback: tell, onFailureCallback: [tell, tell] },
      },
      ({ task }) => {
        const load = task('load', { run: () => 1 });
        task('check', { after: [load], run: () => waitFor('1 hour') });
      },
    );
    const { state, states } = await rehearse(told, { ...nothing, fail: ['load'] });
    expect({ state, states }).toEqual({ state: 'failed', states: { load: 'failed', check: 'upstream_failed' } });
    expect((await rehearse(told, nothing)).state).toBe('success');
  });

  test('one index of a map fails or skips itself, by its number or its label', async () => {
    const lists = { list: ['a', 'b', 'c'] };
    expect(await statesWhen({ fail: ['each[1]'], results: lists })).toMatchObject({
      each: ['success', 'failed', 'success'],
      choose: 'upstream_failed',
    });
    const tables = dag('tables', { schedule: null }, ({ map }) => {
      map('land', ['pin', 'geo'], { run: () => 1 });
    });
    expect((await rehearse(tables, { ...nothing, skip: ['land[geo]'] })).states).toEqual({
      land: ['success', 'skipped'],
    });
    await expect(rehearse(tables, { ...nothing, fail: ['land[2]'] })).rejects.toThrow(
      'task land has no index land[2]; there are pin, geo',
    );
  });

  test('says what it took for granted, and of what ran alone', async () => {
    const assumedWhen = async (supposed: Partial<Supposition>) =>
      (await rehearse(sample, { ...nothing, ...supposed })).assumed;
    const others = 'all other tasks of which nothing is supposed succeed and give null';
    expect(await assumedWhen({})).toEqual([
      'gate goes on',
      'list gives a list of one item, null, which each is mapped over',
      'choose chooses all that it can: many, few',
      others,
    ]);
    expect(await assumedWhen({ results: { gate: false } })).toEqual([others]);
    const known = { gate: true, list: [1, 2, 3], choose: 'few' };
    expect(await assumedWhen({ results: known })).toEqual([others]);
    expect(await assumedWhen({ results: { ...known, each: 7 } })).toEqual([
      'each gives 7 at each of its 3 indexes',
      others,
    ]);
    expect(await assumedWhen({ results: { ...known, each: [7] } })).toEqual([
      'each has 3 indexes and --results 1 results for them: an index without one gives null',
      others,
    ]);
  });

  test.each<[Partial<Supposition>, string]>([
    [{ fail: ['few[0]'] }, 'task few is not mapped, so there is no few[0]; name few'],
    [{ fail: ['each[one]'] }, 'task each has no index each[one]; an index is a number from 0'],
    [
      { fail: ['each[1]'] },
      `task each has no index each[1] in this run; there is 0 alone, by what list gives: say more with --results '{"list": [0, 1]}'`,
    ],
    [
      { results: { list: 3 } },
      `task list is supposed to give 3, which is no list, and each is mapped over it: write --results '{"list": ["a", "b"]}'`,
    ],
    [{ results: { 'each[0]': 3 } }, '--results are by task, not by index: write each'],
    [{ fail: ['lost'] }, 'DAG sample has no task lost; it has gate, list, each, choose, many, few'],
    [{ results: { lost: 1 } }, 'DAG sample has no task lost'],
    [{ results: { choose: ['few', 'none'] } }, 'branch choose cannot choose "none"; it has many, few'],
    [{ params: { a: 1 } }, '--conf is not right: sample takes no params, so not a'],
  ])('refuses %j', async (supposed, words) => {
    await expect(rehearse(sample, { ...nothing, ...supposed })).rejects.toThrow(words);
  });
});
