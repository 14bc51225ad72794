import { backfillDifference } from '../../scripts/oracle/backfill.ts';
import { oracleCases } from './oracle.ts';

describe('backfilling', () => {
  const cases = oracleCases<{ readonly id: number }>('backfill.jsonl');

  (cases === undefined ? test.skip : test)('makes, takes over and leaves the runs that Airflow does', () => {
    expect(cases?.length).toBeGreaterThanOrEqual(210);
    const wrong = (cases ?? []).flatMap((one) => {
      const difference = backfillDifference(one);
      return difference === undefined ? [] : [`case ${one.id}: ${difference}`];
    });
    expect(wrong.slice(0, 3)).toEqual([]);
  });
});
