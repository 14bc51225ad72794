import { historyProblem, longestHistory } from '../../dag/limits.ts';

describe('what a history may come to', () => {
  const few = { events: 10, bytes: 1_000 };

  test('is below what Temporal itself lets be, so that there is room for the end of a run', () => {
    expect(longestHistory.events).toBeLessThan(51_200 - 5_000);
    expect(longestHistory.bytes).toBeLessThan(50 * 1024 * 1024 * 0.9);
  });

  test('is no problem before it has come to it', () => {
    const { events, bytes } = longestHistory;
    expect(historyProblem({ events: events - 1, bytes: bytes - 1 })).toBeUndefined();
    expect(historyProblem(few, { events: 11, bytes: 1_001 })).toBeUndefined();
  });

  test.each([
    [{ events: 45_000, bytes: 1_500_000 }, 'has come to 45000 events and 1.4 MB'],
    [{ events: 300, bytes: 41_943_040 }, 'has come to 300 events and 40.0 MB'],
  ])('is a sentence when it has: %j', (size, text) => {
    expect(historyProblem(size)).toContain(text);
    expect(historyProblem(size)).toContain('tw runs resume');
  });
});
