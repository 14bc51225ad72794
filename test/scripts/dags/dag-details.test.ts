import { asset } from '../../../dag/assets.ts';
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
    expect(dagDetailsText(details)).toMatch(/│ task +│ kind +│ after +│ trigger rule +│ tries +│ options +│$/m);
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

  test('say what else a DAG and its tasks were given, and nothing of it where they were not', () => {
    const one = asset('posts');
    const tell = (): void => undefined;
    const strict = dagDetails(
      defineDag(
        'strict',
        {
          schedule: null,
          maxConsecutiveFailedDagRuns: 3,
          isPausedUponCreation: true,
          dagrunTimeout: '2 hours',
          failFast: true,
          deadline: [
            { reference: 'queuedAt', interval: '1 hour', callback: tell },
            { reference: { fixed: '2026-03-01T06:00Z' }, interval: '-30 minutes', callback: tell },
            { reference: { averageRuntime: { maxRuns: 5, minRuns: 2 } }, interval: '10 minutes', callback: tell },
          ],
          onFailureCallback: tell,
        },
        ({ task, map, branch, shortCircuit, setup, teardown }) => {
          const get = task('get', { dependsOnPast: true, priorityWeight: 5, outlets: [one], run: () => 1 });
          const each = map('each', ['a', 'b'], { after: [get], maxActiveTisPerDagrun: 1, run: () => 1 });
          const load = task('load', {
            after: [each],
            waitForDownstream: true,
            maxActiveTisPerDag: 2,
            weightRule: 'absolute',
            onFailureCallback: tell,
            onRetryCallback: tell,
            retryPolicy: () => 'retry',
            run: () => 1,
          });
          const gate = shortCircuit('gate', { after: [load], ignoreDownstreamTriggerRules: false, run: () => true });
          const choose = branch('choose', { after: [gate], choices: ['left', 'right'], run: () => 'left' });
          task('left', { after: [choose], run: () => 1 });
          task('right', { after: [choose], run: () => 1 });
          const up = setup('up', { run: () => 1 });
          teardown('down', { setups: [up], onFailureFailDagrun: true, run: () => 1 });
        },
      ),
    );
    expect(strict).toMatchObject({
      maxConsecutiveFailedDagRuns: 3,
      isPausedUponCreation: true,
      dagrunTimeout: 7_200_000,
      failFast: true,
      deadlines: [
        { reference: 'queuedAt', interval: 3_600_000 },
        { reference: Date.UTC(2026, 2, 1, 6), interval: -1_800_000 },
        { reference: { maxRuns: 5, minRuns: 2 }, interval: 600_000 },
      ],
      callbacks: ['onFailureCallback'],
    });
    const of = (id: string) => strict.tasks.find((task) => task.id === id);
    expect(of('get')).toMatchObject({
      dependsOnPast: true,
      waitForDownstream: false,
      priorityWeight: 5,
      weightRule: 'downstream',
      weight: 11,
      outlets: ['posts'],
      maxActiveTisPerDag: null,
      callbacks: [],
      hasRetryPolicy: false,
    });
    expect(of('each')).toMatchObject({ maxActiveTisPerDagrun: 1, choices: null });
    expect(of('load')).toMatchObject({
      dependsOnPast: true,
      waitForDownstream: true,
      maxActiveTisPerDag: 2,
      weight: 1,
      weightRule: 'absolute',
      callbacks: ['onFailureCallback', 'onRetryCallback'],
      hasRetryPolicy: true,
    });
    expect(of('gate')).toMatchObject({ ignoreDownstreamTriggerRules: false, onFailureFailDagrun: null });
    expect(of('choose')?.choices).toEqual(['left', 'right']);
    expect(of('down')).toMatchObject({ onFailureFailDagrun: true, ignoreDownstreamTriggerRules: null });

    const text = dagDetailsText(strict);
    expect(text.split('\n\n')[1]?.split('\n')).toEqual([
      'schedule         when asked',
      'max active runs  16',
      'pauses after     3 runs in a row that fail',
      'upon creation    paused',
      'run timeout      2 h 0 min',
      'fail fast        the first task that fails ends the run',
      'deadline         1 h 0 min after queuedAt',
      'deadline         30 min 0 s before 2026-03-01T06:00:00Z',
      'deadline         the average of the last 5 runs (of at least 2), and 10 min 0 s',
      'callbacks        onFailureCallback',
      expect.stringMatching(/^definition {7}/),
    ]);
    expect(text).toMatch(/│ get +│[^\n]+│ 11 \(its own 5, downstream\) +│ dependsOnPast +│\n[^\n]+│ outlets posts +│/);
    expect(text).toMatch(
      /│ load +│[^\n]+│ dependsOnPast +│\n[^\n]+│ waitForDownstream +│\n[^\n]+│ maxActiveTisPerDag 2 +│/,
    );
    expect(text).toMatch(/│ gate +│[^\n]+│ ignoreDownstreamTriggerRules false +│/);
    expect(text).toMatch(/│ choose +│[^\n]+│ choices left, right +│/);
    expect(text).toMatch(/│ down +│[^\n]+│ onFailureFailDagrun +│/);
    for (const word of ['pauses after', 'upon creation', 'run timeout', 'fail fast', 'deadline', 'callbacks']) {
      expect(dagDetailsText(details)).not.toContain(`\n${word}`);
    }
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
