import { whyQueuedText, type TurnsKnown } from '../../../scripts/runs/why-queued.ts';

const now = Date.parse('2026-03-01T00:00:00Z');
const free = { paused: false, note: '' };
const status = {
  dagId: 'daily',
  paused: false,
  note: '',
  maxActiveRuns: 2,
  active: ['a', 'b'],
  queued: ['c', 'd', 'e'],
};
const why = (runId: string, known: Partial<TurnsKnown>, notBefore: number | null = null): string =>
  whyQueuedText({ runId, dagId: 'daily', notBefore }, { pause: free, status, ...known }, now);

test('a run that is due later says when, whatever else there is', () => {
  expect(why('c', { pause: { paused: true, note: '' } }, now + 60_000)).toBe(
    'it begins no earlier than 2026-03-01T00:01:00Z',
  );
  expect(why('c', {}, now - 60_000)).toMatch(/^daily lets 2 runs/);
});

test('a paused DAG says why, and how its runs begin', () => {
  expect(why('c', { pause: { paused: true, note: 'moving' } })).toBe(
    'daily is paused (moving): tw dags unpause daily lets its runs begin',
  );
  expect(why('c', { pause: { paused: true, note: '' }, status: null })).toMatch(/^daily is paused: /);
});

test('a run that waits for its turn says who has them, and who is before it', () => {
  expect(why('c', {})).toBe('daily lets 2 runs be active at a time (maxActiveRuns), and active are: a, b');
  expect(why('e', {})).toMatch(/active are: a, b; 2 runs wait before it$/);
  const many = Array.from({ length: 8 }, (_, at) => `run-${at}`);
  expect(why('c', { status: { ...status, active: many } })).toMatch(/run-3, run-4 and 3 more$/);
});

test('of what nobody tells it says so', () => {
  expect(why('c', { status: null })).toMatch(/^not known: no worker answers/);
  expect(why('new', {})).toMatch(/^no worker has taken it up yet/);
  expect(why('new', { pause: undefined, status: undefined })).toMatch(/^no worker has taken it up yet/);
  expect(why('a', {})).toBe('it has its turn and is about to begin');
});
