import { cron } from '../../../dag/timetable.ts';
import { rehearse, type Supposition } from '../../../scripts/dags/rehearse.ts';
import { dag } from '../../../workflows/engine/dag.ts';

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

  test.each<[Partial<Supposition>, string]>([
    [{ fail: ['lost'] }, 'DAG sample has no task lost; it has gate, list, each, choose, many, few'],
    [{ results: { lost: 1 } }, 'DAG sample has no task lost'],
    [{ results: { choose: ['few', 'none'] } }, 'branch choose cannot choose "none"; it has many, few'],
    [{ params: { a: 1 } }, '--conf is not right: sample takes no params, so not a'],
  ])('refuses %j', async (supposed, words) => {
    await expect(rehearse(sample, { ...nothing, ...supposed })).rejects.toThrow(words);
  });
});
