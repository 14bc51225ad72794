import { defineDag } from '../../../dag/define-dag.ts';
import { dagDetails, triesText } from '../../../scripts/dags/dag-details.ts';
import { dagDetailsText } from '../../../scripts/dags/dag-details-text.ts';
import { sampleDag } from './sample-dag.ts';

const details = dagDetails(sampleDag);

describe("a DAG's details", () => {
  test('say when it runs', () => {
    expect(details).toMatchObject({
      id: 'sample',
      schedule: '0 6 * * * Europe/London',
      timezone: 'Europe/London',
      startDate: '2026-03-01T00:00:00Z',
      endDate: '2026-03-30T23:00:00Z',
      catchup: false,
      maxActiveRuns: 16,
      maxActiveTasks: null,
      definitionHash: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  });

  test('say of each param its type, its default, its limits and what it is for', () => {
    const told = details.params.map(({ name, type, default: value, limits }) => [name, type, value, limits]);
    expect(told).toEqual([
      ['posts', 'integer', 10, 'at least 1'],
      ['mode', '"a" | "b"', 'a', ''],
      ['name', 'string | null', null, 'at least 2 characters, at most 9 characters'],
      ['sizes', 'number[]', [1], 'at least 1 item'],
      ['share', 'number', 0.5, 'more than 0, less than 1, a multiple of 0.25'],
      ['day', 'string', '2026-03-01', 'a date'],
      ['code', 'string', 'A', 'like /^[A-Z]$/'],
    ]);
    expect(details.params[0]).toMatchObject({ required: false, description: 'how many' });
    expect(details.paramsSchema).toMatchObject({ type: 'object', properties: { posts: { type: 'integer' } } });
  });

  test('say of each task what is before and after it and how it is tried', () => {
    const [get, clean, other, report] = details.tasks;
    expect(get).toMatchObject({
      upstream: [],
      downstream: ['clean', 'other', 'tail.each'],
      retries: 2,
      retryDelay: 60_000,
    });
    expect(clean).toMatchObject({ upstream: ['get'], labels: ['x', 'y'] });
    expect(other).toMatchObject({ retries: 0, executionTimeout: 3_600_000 });
    expect(report).toMatchObject({ upstream: ['clean', 'other'], triggerRule: 'all_done', doc: 'Always.' });
  });

  test('are read by people, too', () => {
    const text = dagDetailsText(details);
    expect(text).toMatch(/^sample: one of each\n/);
    expect(text).toMatch(/^schedule +0 6 \* \* \* Europe\/London$/m);
    expect(text).toMatch(/│ posts +│ integer +│ 10 +│ at least 1 +│ how many +│/);
    expect(text).toMatch(/│ clean \[2\] +│ +│ get +│ all_success +│ 2 retries, 1 min 0 s apart +│/);
    expect(text).toMatch(/\nreport: Always\.$/m);
  });

  test('have a column for pools and one for queues only where a task has one', () => {
    expect(dagDetailsText(details)).toMatch(/│ task +│ kind +│ after +│ trigger rule +│ tries +│$/m);
    const pooled = dagDetails(
      defineDag('pooled', { schedule: null }, ({ task }) => {
        task('load', { pool: 'warehouse', poolSlots: 2, run: () => 1 });
        task('tell', { run: () => 1 });
      }),
    );
    expect(dagDetailsText(pooled)).toMatch(/│ tries +│ pool +│$[^]*│ warehouse, 2 slots │$[^]*│ tell .*│ +│$/m);
    expect(pooled.tasks).toMatchObject([
      { pool: 'warehouse', poolSlots: 2, queue: null },
      { pool: null, poolSlots: null, queue: null },
    ]);
    const both = dagDetails(
      defineDag('both', { schedule: null }, ({ task }) => {
        task('load', { pool: 'warehouse', run: () => 1 });
        task('train', { queue: 'gpu', run: () => 1 });
      }),
    );
    expect(dagDetailsText(both)).toMatch(/│ pool +│ queue │$[^]*│ warehouse │ +│$[^]*│ +│ gpu +│$/m);
  });

  test.each([
    [{ retries: 0, executionTimeout: null }, 'no retries'],
    [{ retries: 0, executionTimeout: 3_600_000 }, 'no retries; 1 h 0 min a try'],
    [{ retries: 1, executionTimeout: null }, '1 retry, 5.0 s apart'],
    [{ retries: 3, retryBackoff: 2, executionTimeout: null }, '3 retries, 5.0 s apart, × 2 each, at most 1 min 0 s'],
  ])('say %j as "%s"', (policy, words) => {
    expect(triesText({ retryDelay: 5_000, retryBackoff: 1, maxRetryDelay: 60_000, ...policy })).toBe(words);
  });
});
