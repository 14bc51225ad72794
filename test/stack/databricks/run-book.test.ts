import fc from 'fast-check';
import { snapshotOf } from '../../../stack/databricks/book-state.ts';
import { createRunBook } from '../../../stack/databricks/run-book.ts';
import { currentTaskRuns, type Job, type Run } from '../../../stack/databricks/run-model.ts';
import { failed, succeeded } from '../../../stack/databricks/run-outcome.ts';
import { after, openBook, order, task } from './book.ts';

const job: Job = { jobId: 7, creator: 'ada', createdAt: 0, settings: { max_concurrent_runs: 1 } };
const ofJob = (queue: boolean) => order([task('a')], { type: 'JOB_RUN', jobId: 7, limit: { runs: 1, queue } });

describe('an idempotency token', () => {
  test('makes one run, whatever comes with it later', () => {
    const { book } = openBook();
    const first = book.createRun(order([task('a')], { token: 't' }), 0);
    expect(book.createRun(order([task('b')], { token: 't' }), 9).runId).toBe(first.runId);
    expect(book.createRun(order([task('a')], { token: 'u' }), 9).runId).not.toBe(first.runId);
  });

  test('stays taken when its run is deleted, also in a compacted log', () => {
    const { book, beginAll, end } = openBook();
    const run = book.createRun(order([task('a')], { token: 't' }), 0);
    expect(() => book.deleteRun(run.runId)).toThrow('is active');
    beginAll();
    end(run, 'a');
    book.deleteRun(run.runId);
    expect(() => book.requireRun(run.runId)).toThrow(`Run ${run.runId} does not exist.`);
    expect(() => book.createRun(order([task('a')], { token: 't' }), 0)).toThrow('has been deleted');
    const { book: again } = openBook(snapshotOf(book.state, 0));
    expect(() => again.createRun(order([task('a')], { token: 't' }), 0)).toThrow('has been deleted');
  });

  test('stays taken when the service has forgotten its run', () => {
    const { book, beginAll, end } = openBook();
    const run = book.createRun(order([task('a')], { token: 't' }), 0);
    beginAll();
    end(run, 'a', succeeded(), 5_000);
    const { book: again } = openBook(snapshotOf(book.state, 5_001));
    expect(() => again.createRun(order([task('a')], { token: 't' }), 0)).toThrow('has been deleted');
    expect(again.newId()).toBeGreaterThan(run.runId);
  });
});

describe('a cancelled run', () => {
  test('stops what goes on and begins nothing more', () => {
    const { book, beginAll, end, endOf } = openBook();
    const run = book.createRun(order([task('a'), task('b'), task('c', after('a'))]), 0);
    const [first] = [book.ready.take(0)];
    book.begin(first ?? -1, { clusterId: 'c', parameters: {}, now: 1 });
    const going = book.cancel(run.runId, 'user', 2);
    expect(going).toEqual([first]);
    expect(beginAll()).toEqual([]);
    expect(endOf(run)).toBeUndefined();
    end(run, 'a', { ...succeeded(), resultState: 'CANCELED' });
    expect(endOf(run)).toMatchObject({ resultState: 'CANCELED', code: 'USER_CANCELED' });
    expect(book.cancel(run.runId, 'user', 3)).toEqual([]);
  });

  test('that had just succeeded has succeeded', () => {
    const { book, beginAll, end, endOf } = openBook();
    const run = book.createRun(order([task('a')]), 0);
    beginAll();
    book.cancel(run.runId, 'user', 2);
    end(run, 'a');
    expect(endOf(run)).toMatchObject({ resultState: 'SUCCESS' });
  });

  test('is not tried again', () => {
    const { book, beginAll, end } = openBook();
    const run = book.createRun(order([task('a', { max_retries: 3 })]), 0);
    beginAll();
    book.cancel(run.runId, 'user', 2);
    end(run, 'a', failed('x', ''));
    expect(book.requireRun(run.runId).endedAt).toBe(2_000);
  });
});

describe('time', () => {
  test('ends a run that takes too long, and a task alone', () => {
    const { book, beginAll } = openBook();
    const long = book.createRun(order([task('a')], { timeoutSeconds: 10 }), 0);
    const other = book.createRun(order([task('b', { timeout_seconds: 5 }), task('c')]), 0);
    beginAll(1_000);
    expect(book.cancelOverdue(5_999)).toEqual([]);
    const [b] = currentTaskRuns(other);
    expect(book.cancelOverdue(6_000)).toEqual([b?.runId]);
    expect(book.cancelOverdue(9_999)).toEqual([]);
    expect(book.cancelOverdue(10_000)).toEqual(currentTaskRuns(long).map(({ runId }) => runId));
  });

  test('passes between two attempts', () => {
    const { book, beginAll, end, endOf } = openBook();
    const run = book.createRun(order([task('a', { max_retries: 1, min_retry_interval_millis: 500 })]), 0);
    beginAll();
    end(run, 'a', failed('x', ''), 2_000);
    expect(endOf(run)).toBeUndefined();
    expect([beginAll(2_499), beginAll(2_500)]).toEqual([[], ['a']]);
    end(run, 'a', failed('y', ''), 3_000);
    expect(endOf(run)).toMatchObject({ resultState: 'FAILED' });
    expect(book.requireRun(run.runId).taskRuns.map(({ attempt }) => attempt)).toEqual([0, 1]);
  });
});

describe('runs of one job', () => {
  test('wait for their turn where there is a queue', () => {
    const { book, beginAll, end } = openBook();
    book.putJob(job);
    const [first, second, third] = [ofJob(true), ofJob(true), ofJob(true)].map((one) => book.createRun(one, 0));
    expect(beginAll()).toEqual(['a']);
    expect(book.requireRun(second?.runId ?? 0).held).toBe(true);
    book.cancel(second?.runId ?? 0, 'user', 1);
    expect(book.requireRun(second?.runId ?? 0).endedAt).toBe(1);
    end(first as Run, 'a');
    expect(beginAll()).toEqual(['a']);
    expect(book.requireRun(third?.runId ?? 0).held).toBe(false);
  });

  test('are skipped where there is none', () => {
    const { book, endOf } = openBook();
    book.putJob(job);
    book.createRun(ofJob(false), 0);
    const second = book.createRun(ofJob(false), 0);
    expect(endOf(second)).toMatchObject({ lifeCycleState: 'SKIPPED', resultState: 'MAXIMUM_CONCURRENT_RUNS_REACHED' });
  });
});

describe('a repair', () => {
  const tasks = [task('a'), task('b', after('a')), task('c')];
  const repair = { dependents: false, jobParameters: {}, notebookParams: undefined } as const;

  test('runs again what did not succeed, and asks for the latest repair from the second on', () => {
    const { book, beginAll, end, endOf } = openBook();
    const run = book.createRun(order(tasks), 0);
    const again = { ...repair, runId: run.runId, tasks: 'failed' } as const;
    beginAll();
    expect(() => book.repair(again, 1)).toThrow('is active');
    end(run, 'a', failed('x', ''));
    end(run, 'c');
    expect(endOf(run)).toMatchObject({ resultState: 'FAILED' });
    const first = book.repair(again, 10);
    expect(endOf(run)).toBeUndefined();
    expect(beginAll()).toEqual(['a']);
    end(run, 'a', failed('x', ''));
    expect(() => book.repair(again, 20)).toThrow('latest_repair_id');
    expect(() => book.repair({ ...again, latestRepairId: first + 1 }, 20)).toThrow('is not the latest repair');
    book.repair({ ...again, latestRepairId: first }, 20);
    beginAll();
    end(run, 'a');
    beginAll();
    end(run, 'b');
    expect(endOf(run)).toMatchObject({ resultState: 'SUCCESS' });
    expect(() =>
      book.repair({ ...again, latestRepairId: book.requireRun(run.runId).repairs.at(-1)?.repairId }, 30),
    ).toThrow('no tasks to repair');
  });

  test('takes named tasks, what comes after them, and parameters', () => {
    const { book, beginAll, end } = openBook();
    const run = book.createRun(order(tasks, { jobParameters: [{ name: 'day', default: '1' }] }), 0);
    beginAll();
    end(run, 'a');
    end(run, 'c');
    beginAll();
    end(run, 'b');
    const named = { ...repair, runId: run.runId, tasks: ['a'], dependents: true, jobParameters: { day: '2' } };
    book.repair(named, 10);
    expect(beginAll()).toEqual(['a']);
    expect(book.requireRun(run.runId).jobParameters).toEqual([{ name: 'day', default: '1', value: '2' }]);
    expect(() => book.repair({ ...named, tasks: ['nobody'] }, 10)).toThrow('is active');
  });
});

/** Something that a client or an engine does. */
type Deed =
  | { readonly kind: 'submit'; readonly shape: number; readonly token: string | undefined }
  | { readonly kind: 'begin' | 'end' | 'fail' | 'cancel' | 'repair' | 'delete' | 'overdue'; readonly which: number };

const shapes = [
  [task('a')],
  [task('a'), task('b', after('a')), task('c', after('a', 'b'))],
  [task('a', { max_retries: 2 }), task('b', { ...after('a'), run_if: 'AT_LEAST_ONE_FAILED' })],
  [
    task('a', { timeout_seconds: 1, retry_on_timeout: true, max_retries: 1 }),
    task('b', { ...after('a'), run_if: 'ALL_DONE' }),
  ],
] as const;

const deeds = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('submit' as const),
      shape: fc.nat(shapes.length - 1),
      token: fc.constantFrom('x', 'y', undefined),
    }),
    fc.record({
      kind: fc.constantFrom('begin', 'begin', 'end', 'fail', 'cancel', 'repair', 'delete', 'overdue'),
      which: fc.nat(),
    }),
  ),
  { maxLength: 60 },
) as fc.Arbitrary<readonly Deed[]>;

/** Carries out deeds; what the book refuses, is refused. Returns it with its clock. */
function live(list: readonly Deed[]) {
  const opened = openBook();
  const { book } = opened;
  let now = 1_000;
  const pick = (ids: readonly number[], which: number): number => ids[which % Math.max(ids.length, 1)] ?? -1;
  const runs = (): readonly number[] => [...book.state.runs.keys()];
  const going = (): readonly number[] =>
    [...book.state.runs.values()]
      .flatMap(({ taskRuns }) => taskRuns)
      .filter(({ begunAt, end }) => begunAt !== undefined && end === undefined)
      .map(({ runId }) => runId);
  for (const deed of list) {
    now += 400;
    try {
      if (deed.kind === 'submit') book.createRun(order(shapes[deed.shape] ?? [], { token: deed.token }), now);
      else if (deed.kind === 'begin') {
        const id = book.ready.take(now);
        if (id !== undefined) book.begin(id, { clusterId: 'c', parameters: {}, now });
      } else if (deed.kind === 'end') book.end(pick(going(), deed.which), succeeded(), now);
      else if (deed.kind === 'fail') book.end(pick(going(), deed.which), failed('x', ''), now);
      else if (deed.kind === 'cancel') book.cancel(pick(runs(), deed.which), 'user', now);
      else if (deed.kind === 'delete') book.deleteRun(pick(runs(), deed.which));
      else if (deed.kind === 'overdue') book.cancelOverdue(now);
      else {
        const runId = pick(runs(), deed.which);
        const latestRepairId = book.state.runs.get(runId)?.repairs.at(-1)?.repairId;
        book.repair(
          { runId, tasks: 'failed', latestRepairId, dependents: false, jobParameters: {}, notebookParams: undefined },
          now,
        );
      }
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ApiError') throw error;
    }
  }
  return { ...opened, now, going };
}

describe('whatever happens', () => {
  test('the events make the same book again, and so does a snapshot of it', () => {
    fc.assert(
      fc.property(deeds, (list) => {
        const { book, events } = live(list);
        const { book: again } = openBook(events);
        expect(again.state.runs).toEqual(book.state.runs);
        expect(again.state.tokens).toEqual(book.state.tokens);
        expect(again.state.active).toEqual(book.state.active);
        const { book: compacted } = openBook(snapshotOf(book.state, 0));
        expect([...compacted.state.runs]).toEqual([...book.state.runs]);
        expect(compacted.state.tokens).toEqual(book.state.tokens);
        expect(compacted.state.next).toBe(book.state.next);
      }),
    );
  });

  test('a book that is read again settles nothing that was settled', () => {
    fc.assert(
      fc.property(deeds, (list) => {
        const { events } = live(list);
        const more: unknown[] = [];
        createRunBook({ firstId: 1_000, events, record: (event) => more.push(event) });
        expect(more).toEqual([]);
      }),
    );
  });

  test('a token has one run, ids are there once, and no task begins before those before it have ended', () => {
    fc.assert(
      fc.property(deeds, (list) => {
        const { events } = live(list);
        const made = events.flatMap((event) => (event.kind === 'run' ? [event.run] : []));
        const tokens = made.flatMap(({ token }) => token ?? []);
        expect(new Set(tokens).size).toBe(tokens.length);
        const ids = made.flatMap((run) => [run.jobId, run.runId, ...run.taskRuns.map(({ runId }) => runId)]);
        expect(new Set(ids).size).toBe(ids.length);
        for (const [index, event] of events.entries()) {
          if (event.kind !== 'begun') continue;
          const found = openBook(events.slice(0, index)).book.find(event.taskRunId);
          const before = (found?.task.depends_on ?? []).map(({ task_key: key }) => key);
          const current = found === undefined ? [] : currentTaskRuns(found.run);
          expect(current.filter(({ taskKey, end }) => before.includes(taskKey) && end === undefined)).toEqual([]);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('a run whose tasks are carried out ends', () => {
    fc.assert(
      fc.property(deeds, (list) => {
        const { book, now, going, beginAll } = live(list);
        for (let step = 0; step < 200; step++) {
          beginAll(now + 10_000 * step);
          for (const id of going()) book.end(id, succeeded(), now + 10_000 * step);
        }
        expect(book.state.active.size).toBe(0);
        expect([...book.state.runs.values()].filter(({ endedAt }) => endedAt === undefined)).toEqual([]);
      }),
    );
  });
});
