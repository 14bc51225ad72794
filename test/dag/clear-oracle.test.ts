import { clearDifference } from '../../scripts/oracle/clear.ts';
import { oracleCases } from './oracle.ts';

describe('clearing', () => {
  const cases = oracleCases<{ readonly id: number }>('clear.jsonl');

  (cases === undefined ? test.skip : test)('selects and leaves what Airflow does', () => {
    expect(cases?.length).toBeGreaterThanOrEqual(210);
    const wrong = (cases ?? []).flatMap((one) => {
      const difference = clearDifference(one);
      return difference === undefined ? [] : [`case ${one.id}: ${difference}`];
    });
    expect(wrong.slice(0, 3)).toEqual([]);
  });
});
