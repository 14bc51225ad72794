import fc from 'fast-check';
import { clears, marks, readRerun, rerunOf } from '../../dag/kept.ts';
import { markableStates } from '../../dag/mark.ts';
import type { RunRecord } from '../../dag/run-record.ts';

function recordOf(lengths: Readonly<Record<string, number>>): RunRecord {
  const tasks = Object.entries(lengths).flatMap(([taskId, length]) =>
    Array.from({ length: Math.max(length, 1) }, (_, at) => ({
      taskId,
      mapIndex: length === 0 ? -1 : at,
      label: taskId,
      state: 'success' as const,
      tries: [],
      error: null,
    })),
  );
  const date = '2026-03-01T00:00:00.000Z';
  return {
    version: 1,
    dagId: 'example',
    runId: 'r',
    attempt: 3,
    executionId: 'e',
    runType: 'scheduled',
    logicalDate: date,
    dataInterval: { start: date, end: date },
    queuedAt: date,
    start: date,
    end: date,
    state: 'success',
    input: null,
    tasks,
  };
}

describe('the order of a run that is started again', () => {
  test('names what is cleared in few words', () => {
    const record = recordOf({ a: 0, b: 10, c: 3 });
    const cleared = record.tasks.filter(
      ({ taskId, mapIndex }) => taskId !== 'b' || [0, 1, 2, 5, 8, 9].includes(mapIndex),
    );
    expect(rerunOf(record, { cleared, runType: 'backfill' })).toMatchObject({
      attempt: 4,
      from: 3,
      runType: 'backfill',
      cleared: [
        ['a', '*'],
        ['b', '0-2,5,8-9'],
        ['c', '*'],
      ],
    });
  });

  test('clears what it was made of and nothing else, also after it was read', () => {
    const lengths = fc.dictionary(fc.constantFrom('a', 'b.c', '__proto__', 'd-1'), fc.nat(12));
    fc.assert(
      fc.property(lengths, fc.infiniteStream(fc.boolean()), (some, chosen) => {
        const record = recordOf(some);
        const cleared = record.tasks.filter(() => chosen.next().value);
        const marked = record.tasks
          .filter((one) => !cleared.includes(one) && chosen.next().value)
          .map(({ taskId, mapIndex }) => ({ taskId, mapIndex, state: markableStates[mapIndex % 3 || 0] ?? 'success' }));
        const read = readRerun(JSON.parse(JSON.stringify(rerunOf(record, { cleared, marked }))));
        const markOf = read === undefined ? () => undefined : marks(read);
        expect(record.tasks.filter(read === undefined ? () => false : clears(read))).toEqual(cleared);
        expect(
          record.tasks.flatMap(({ taskId, mapIndex }) => {
            const state = markOf({ taskId, mapIndex });
            return state === undefined ? [] : [{ taskId, mapIndex, state }];
          }),
        ).toEqual(marked);
      }),
    );
  });

  test('is read or refused, never guessed', () => {
    expect(readRerun(undefined)).toBeUndefined();
    expect(() => readRerun({ attempt: 1 })).toThrow('expected number to be >=2');
  });
});
