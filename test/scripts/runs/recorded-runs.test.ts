import type { RunRecord } from '../../../dag/run-record.ts';
import { statusOfRecord } from '../../../scripts/runs/recorded-runs.ts';

test('a task that was cleared took as long as its tries since then, not all the time that its run lay there failed', () => {
  const hour = 3_600_000;
  const one = { tryNumber: 1, start: 0, end: 10, error: null };
  const record = {
    dagId: 'd',
    runId: 'r',
    runType: 'manual',
    logicalDate: '2026-03-01T00:00:00.000Z',
    dataInterval: { start: '2026-03-01T00:00:00.000Z', end: '2026-03-01T00:00:00.000Z' },
    state: 'success',
    tasks: [
      {
        taskId: 'load',
        mapIndex: -1,
        label: 'load',
        state: 'success',
        error: null,
        tries: [
          { ...one, state: 'up_for_retry' },
          { ...one, tryNumber: 2, state: 'failed' },
          { ...one, tryNumber: 3, start: 9 * hour, end: 9 * hour + 20, state: 'up_for_retry' },
          { ...one, tryNumber: 4, start: 9 * hour + 30, end: 9 * hour + 50, state: 'success' },
        ],
      },
    ],
  } as unknown as RunRecord;
  expect(statusOfRecord(record).tasks).toMatchObject([{ tryNumber: 4, start: 9 * hour, end: 9 * hour + 50 }]);
});

test('a message to ops that did not arrive was forgotten when its run ended, though no one had seen it', () => {
  const trouble = {
    callback: 'onFailureCallback',
    label: null,
    tryNumber: 0,
    error: { type: 'webhook.invalid', message: 'no' },
  };
  const record = {
    logicalDate: '2026-03-01T00:00:00.000Z',
    dataInterval: { start: '2026-03-01T00:00:00.000Z', end: '2026-03-01T00:00:00.000Z' },
    tasks: [],
  } as unknown as RunRecord;
  expect(statusOfRecord({ ...record, callbackTroubles: [trouble] }).callbackTroubles).toEqual([trouble]);
  expect(statusOfRecord(record)).not.toHaveProperty('callbackTroubles');
});
