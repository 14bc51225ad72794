import { z } from 'zod';
import { defineDag } from '../../dag/define-dag.ts';
import { definitionHash } from '../../dag/definition-hash.ts';
import type { Duration } from '../../dag/duration.ts';
import type { DagOptions } from '../../dag/options.ts';
import type { Outcome } from '../../dag/outcome.ts';
import { checkParams } from '../../dag/params.ts';
import { runIdentity } from '../../dag/run-identity.ts';
import { cron } from '../../dag/timetable.ts';
import { define, type Build } from './define.ts';

const one: Build = ({ task }) => {
  task('a', { run: () => 1 });
};

describe('defining a DAG', () => {
  test('fills in defaults, Airflow ones, and those of the DAG', () => {
    const definition = define(
      ({ task, map }) => {
        const a = task('a', { run: () => 1 });
        const b = map('b', ['x', 'y'], { needs: { first: a }, retries: 0, run: (item) => item });
        task('c', { needs: { b }, after: [a, b], triggerRule: 'all_done', run: () => undefined });
      },
      { defaultArgs: { retries: 2, executionTimeout: '1.5 hours', retryExponentialBackoff: true } },
    );
    expect(definition).toMatchObject({ catchup: false, maxActiveRuns: 16, timetable: null, tags: [] });
    expect(definition.tasks).toMatchObject([
      {
        id: 'a',
        retries: 2,
        retryDelay: 300_000,
        retryBackoff: 2,
        maxRetryDelay: 86_400_000,
        executionTimeout: 5_400_000,
      },
      { id: 'b', retries: 0, needs: { first: 'a' }, upstream: ['a'], labels: ['x', 'y'], triggerRule: 'all_success' },
      { id: 'c', needs: { b: 'b' }, upstream: ['b', 'a'], items: null, triggerRule: 'all_done' },
    ]);
  });

  test('lets types flow from task to task, as the compiler has checked', () => {
    expect(typesFlow).toBeInstanceOf(Function);
  });

  test('freezes it all', () => {
    const definition = define(one, { tags: ['t'] });
    const writable = definition as unknown as { tags: string[]; tasks: { id: string }[] };
    expect(() => writable.tags.push('u')).toThrow(TypeError);
    expect(() => {
      const [task] = writable.tasks;
      if (task !== undefined) task.id = 'z';
    }).toThrow(TypeError);
  });

  const strange = 'no' as never;
  test.each<readonly [string, Build, Partial<DagOptions<z.ZodObject>>, string]>([
    ['no task', () => undefined, {}, 'define at least one'],
    [
      'an id twice',
      ({ task }) => [task('a', { run: () => 1 }), task('a', { run: () => 1 })],
      {},
      'give one of them another id',
    ],
    ['a bad id', ({ task }) => task('a b', { run: () => 1 }), {}, 'task a b: an id has letters'],
    [
      'a need that is no task',
      ({ task }) => task('a', { needs: { x: strange }, run: () => 1 }),
      {},
      'needs.x is not a task',
    ],
    [
      'a bad duration',
      ({ task }) => task('a', { retryDelay: strange, run: () => 1 }),
      {},
      "retryDelay is 'no'; write a number and a unit",
    ],
    [
      'a bad rule',
      ({ task }) => task('a', { triggerRule: strange, run: () => 1 }),
      {},
      'there is no trigger rule no; there are all_success',
    ],
    ['a bad queue', ({ task }) => task('a', { queue: 'a b', run: () => 1 }), {}, "queue is 'a b'; a name has letters"],
    ['bad retries', ({ task }) => task('a', { retries: -1, run: () => 1 }), {}, 'retries is -1'],
    [
      'a limit of nothing',
      ({ task }) => task('a', { executionTimeout: '0 seconds', run: () => 1 }),
      {},
      'no try could succeed',
    ],
    [
      'a shrinking wait',
      ({ task }) => task('a', { retryExponentialBackoff: 0.5, run: () => 1 }),
      {},
      'a factor from 1',
    ],
    ['a long map', ({ map }) => map('a', Array.from({ length: 10_001 }), { run: () => 1 }), {}, 'at most 10000 fit'],
    ['a bad cron', one, { schedule: cron('61 * * * *') }, 'cron 61 * * * * has 61 as minute'],
    ['a bad zone', one, { schedule: cron('@daily', { timezone: 'Nowhere' }) }, 'time zone Nowhere'],
    ['bad runs', one, { maxActiveRuns: 0 }, 'maxActiveRuns is 0'],
    ['bad slots', one, { maxActiveTasks: 0 }, 'maxActiveTasks is 0'],
    [
      'a param without default',
      one,
      { schedule: cron('@daily'), params: z.object({ n: z.number() }) },
      'n (Invalid input',
    ],
  ])('refuses %s with a sentence', (_, build, options, words) => {
    expect(() => define(build, options)).toThrow(expect.objectContaining({ name: 'DagDefinitionError' }));
    expect(() => define(build, options)).toThrow(/^DAG sample: /);
    expect(() => define(build, options)).toThrow(words);
  });

  test('refuses a task of another DAG, and an id that is no name', () => {
    let other: unknown;
    define(({ task }) => {
      other = task('x', { run: () => 1 });
    });
    expect(() => define(({ task }) => void task('a', { after: [other as never], run: () => 1 }))).toThrow(
      'after[0] is task x of another DAG',
    );
    expect(() => defineDag('my-dag', { schedule: null }, one)).toThrow('the name of its export');
    // Temporal would have listed its runs as backfills.
    expect(() => defineDag('backfill', { schedule: null }, one)).toThrow('the engine has a workflow of that name');
  });

  test('takes 2,000 tasks, and no more', () => {
    const many = (count: number) =>
      define(({ task }) => {
        for (let n = 0; n < count; n++) task(`t${n}`, { run: () => n });
      });
    expect(many(2_000).tasks).toHaveLength(2_000);
    expect(() => many(2_001)).toThrow('at most 2000 fit one run');
  });

  test('has a hash that names what it says, and nothing else', () => {
    const base = definitionHash(define(one));
    expect(base).toMatch(/^[0-9a-f]{16}$/);
    expect(definitionHash(define(({ task }) => void task('a', { run: () => 2 })))).toBe(base);
    const others = [
      define(({ task }) => void task('a', { retries: 1, run: () => 1 })),
      define(one, { schedule: cron('@daily') }),
      define(one, { params: z.object({ n: z.number().default(1) }) }),
      define(({ map }) => void map('a', [1], { run: () => 1 })),
    ].map(definitionHash);
    expect(new Set([base, ...others]).size).toBe(5);
  });

  test('keeps its hash, and with it its recorded histories, when only its words for people change', () => {
    const n = z.number().default(1);
    const base = definitionHash(define(one, { params: z.object({ n }) }));
    const told = define(({ task }) => void task('a', { doc: 'What it does.', run: () => 1 }), {
      params: z.object({ n: n.describe('How many.') }),
      description: 'Other words',
      doc: 'A page',
      tags: ['new'],
    });
    expect(definitionHash(told)).toBe(base);
  });
});

describe('params', () => {
  const definition = define(one, { params: z.object({ n: z.int().min(1).default(3), s: z.string().optional() }) });

  test.each([[undefined], [null], [{}]])('%p means the defaults', (input) => {
    expect(checkParams(definition, input)).toEqual({ params: { n: 3 } });
  });

  test('a default that its own param refuses is an error of the definition: each run was given it, unchecked', () => {
    const params = z.object({ n: z.number().max(3).default(9) });
    expect(() => define(one, { params })).toThrow(
      'DAG sample: the param n refuses its own default 9 (Too big: expected number to be <=3): change one of them',
    );
    // What it makes of what it is given is another thing than what it takes.
    const length = z
      .string()
      .transform((text) => text.length)
      .default(9);
    expect(checkParams(define(one, { params: z.object({ length }) }), {})).toEqual({ params: { length: 9 } });
  });

  test('lists all that is wrong', () => {
    const { problems } = checkParams(definition, { n: 0, m: 1 });
    expect(problems).toEqual(['sample has no param m; it has n, s', expect.stringMatching(/^n: Too small/)]);
    expect(checkParams(definition, [1]).problems).toEqual([expect.stringContaining('the input is a list')]);
    expect(checkParams(definition, 'x').problems).toEqual([expect.stringContaining('the input is a string')]);
    expect(checkParams(define(one), { m: 1 }).problems).toEqual(['sample takes no params, so not m']);
  });
});

describe('the identity of a run', () => {
  const timetable = cron('@daily');
  const at = (text: string) => new Date(text);

  test('is a slot of the timetable, or manual', () => {
    const click = at('2026-03-05T10:11:12Z');
    expect(runIdentity({ timetable }, { nominalTime: at('2026-03-05T00:00:00Z'), startTime: click })).toEqual({
      runType: 'scheduled',
      logicalDate: at('2026-03-04T00:00:00Z'),
      dataInterval: { start: at('2026-03-04T00:00:00Z'), end: at('2026-03-05T00:00:00Z') },
    });
    const manual = {
      runType: 'manual',
      logicalDate: click,
      dataInterval: { start: at('2026-03-04T00:00:00Z'), end: at('2026-03-05T00:00:00Z') },
    };
    expect(runIdentity({ timetable }, { nominalTime: null, startTime: click })).toEqual(manual);
    // The Trigger button of a Schedule writes the click as the nominal time.
    expect(runIdentity({ timetable }, { nominalTime: click, startTime: at('2026-03-05T10:11:13Z') })).toEqual(manual);
    expect(runIdentity({ timetable: null }, { nominalTime: null, startTime: click })).toMatchObject({
      dataInterval: { start: click, end: click },
    });
  });

  test('is manual when a logical date was given, also when that is a slot: it is about the interval that was over then', () => {
    const origin = { nominalTime: null, startTime: at('2026-03-09T10:11:12Z') };
    const slot = at('2026-03-05T00:00:00Z');
    expect(runIdentity({ timetable }, { ...origin, logicalDate: slot })).toEqual({
      runType: 'manual',
      logicalDate: slot,
      dataInterval: { start: at('2026-03-04T00:00:00Z'), end: slot },
    });
  });
});

// Never called: the compiler is the test.
function typesFlow(): void {
  defineDag('types', { schedule: null, params: z.object({ n: z.number().default(1) }) }, ({ task, map }) => {
    const text = task('text', { run: async () => 'a' });
    const lengths = map('lengths', ['a', 'b'], {
      needs: { text },
      run: (item, { text: given }) => item.length + given.length,
    });
    task('sum', {
      needs: { lengths },
      run: ({ lengths: all }, { params }) => all.reduce((sum, n) => sum + n, params.n),
    });
    task('tolerant', {
      needs: { text, lengths },
      triggerRule: 'none_failed',
      run: (inputs) => {
        const outcome: Outcome<string> = inputs.text;
        const outcomes: readonly Outcome<number>[] = inputs.lengths;
        return [outcome, outcomes];
      },
    });
    task('impatient', {
      needs: { text },
      triggerRule: 'one_success',
      // @ts-expect-error -- it may not have ended yet
      run: ({ text: outcome }): Outcome<string> => outcome,
    });
    // @ts-expect-error -- the result of `text` is no number
    task('wrong', { needs: { text }, run: ({ text: given }): number => given });
    // @ts-expect-error -- under all_done it is an outcome, not the text
    task('hidden', { needs: { text }, triggerRule: 'all_done', run: ({ text: given }): string => given });
    // @ts-expect-error -- it is not among the needs
    task('missing', { needs: { text }, run: ({ lengths: all }) => all });
    // @ts-expect-error -- there is no such param
    task('param', { run: (_, { params }) => params.m });
    // @ts-expect-error -- a typo in a duration
    task('typo', { executionTimeout: '1 minte', run: () => 1 });
    // @ts-expect-error -- a duration says its unit
    const bare: Duration = '10';
    return void bare;
  });
}
