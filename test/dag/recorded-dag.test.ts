import { plannedTasks } from '../../dag/planned-tasks.ts';
import { oracleCases } from './oracle.ts';
import { defineRecorded, type RecordedDag } from './recorded-dag.ts';

const cases = oracleCases<RecordedDag>('graph.jsonl');

const never = (): never => {
  throw new Error('no task runs here');
};

(cases === undefined ? describe.skip : describe)('graphs that Airflow decided, in the DAG language', () => {
  test('are defined as they are recorded, or refused for what never ran', () => {
    const refused: string[] = [];
    for (const one of cases ?? []) {
      try {
        const definition = defineRecorded(one, never);
        const edges = new Map(plannedTasks(definition.tasks).map(({ id, upstream }) => [id, new Set(upstream)]));
        expect(edges).toEqual(new Map(one.tasks.map(({ id, upstream }) => [id, new Set(upstream)])));
      } catch (error) {
        const { message } = error as Error;
        const [, id = ''] = /task (\w+): under its trigger rule \w+ it can never run/.exec(message) ?? [];
        const elsewhere = /branch \w+: its choice \w+ is not below it/.test(message);
        if (!elsewhere && (id === '' || one.expected.wave[id] !== undefined))
          throw new Error(`case ${one.id}: ${message}`, { cause: error });
        refused.push(elsewhere ? 'choice' : 'never');
      }
    }
    expect(refused.filter((why) => why === 'never').length).toBeGreaterThan(10);
    expect(refused.filter((why) => why === 'choice').length).toBeLessThan(50);
    expect(refused.length).toBeLessThan(200);
  });
});
