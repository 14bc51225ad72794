import { graphDifference } from '../../scripts/oracle/graph.ts';
import { oracleCases } from './oracle.ts';

const cases = oracleCases<{ readonly id: number; readonly expected: object }>('graph.jsonl');

(cases === undefined ? describe.skip : describe)('the planner, held to graphs that Airflow decided', () => {
  test('decides every one as Airflow does, by waves and one by one', () => {
    expect(cases?.length).toBeGreaterThan(1_900);
    const differences = (cases ?? []).flatMap((one) => {
      const difference = graphDifference(one);
      return difference === undefined ? [] : [`case ${one.id}: ${difference}`];
    });
    expect(differences).toEqual([]);
  });

  test('finds a difference where there is one', () => {
    const [one] = cases ?? [];
    expect(one).toBeDefined();
    expect(graphDifference({ ...one, expected: { ...one?.expected, run: 'running' } })).toMatch(/rather than running$/);
  });
});
