import type { RunEnd } from '../../../stack/databricks/run-model.ts';
import { couldNotRun, decideTask, failed, stopped, succeeded } from '../../../stack/databricks/run-outcome.ts';
import type { RunCondition } from '../../../stack/databricks/task-spec.ts';
import { after, openBook, order, task } from './book.ts';

const ends = {
  S: succeeded(),
  F: failed('ValueError: x', ''),
  C: stopped('user'),
  T: stopped('timeout'),
  E: { ...succeeded(), lifeCycleState: 'SKIPPED', resultState: 'EXCLUDED' },
  U: { ...succeeded(), lifeCycleState: 'SKIPPED', resultState: 'UPSTREAM_FAILED' },
} as const satisfies Readonly<Record<string, RunEnd>>;

function isKnown(letter: string): letter is keyof typeof ends {
  return letter in ends;
}

describe('a task begins by its run_if', () => {
  // One letter for each task before it; `-` has not ended.
  test.each<[RunCondition, string, string]>([
    ['ALL_SUCCESS', 'SS', 'go'],
    ['ALL_SUCCESS', 'S-', 'wait'],
    ['ALL_SUCCESS', 'F-', 'wait'],
    ['ALL_SUCCESS', 'SE', 'go'],
    ['ALL_SUCCESS', 'SF', 'UPSTREAM_FAILED'],
    ['ALL_SUCCESS', 'ST', 'UPSTREAM_FAILED'],
    ['ALL_SUCCESS', 'SU', 'UPSTREAM_FAILED'],
    ['ALL_SUCCESS', 'SC', 'UPSTREAM_CANCELED'],
    ['ALL_SUCCESS', 'CF', 'UPSTREAM_FAILED'],
    ['ALL_DONE', 'FC', 'go'],
    ['ALL_DONE', 'F-', 'wait'],
    ['NONE_FAILED', 'SE', 'go'],
    ['NONE_FAILED', 'EE', 'EXCLUDED'],
    ['NONE_FAILED', 'SF', 'UPSTREAM_FAILED'],
    ['AT_LEAST_ONE_SUCCESS', 'SF', 'go'],
    ['AT_LEAST_ONE_SUCCESS', 'FF', 'EXCLUDED'],
    ['ALL_FAILED', 'FU', 'go'],
    ['ALL_FAILED', 'FS', 'EXCLUDED'],
    ['AT_LEAST_ONE_FAILED', 'FS', 'go'],
    ['AT_LEAST_ONE_FAILED', 'SS', 'EXCLUDED'],
  ])('%s after %s: %s', (condition, letters, expected) => {
    const keys = letters.split('').map((_, index) => `t${index}`);
    const known = letters
      .split('')
      .flatMap((letter, index) => (isKnown(letter) ? [[`t${index}`, ends[letter]] as const] : []));
    const decided = decideTask(task('x', { ...after(...keys), run_if: condition }), new Map(known));
    expect(typeof decided === 'string' ? decided : decided.resultState).toBe(expected);
  });
});

describe('a run ends as its last tasks do', () => {
  const tasks = [task('a'), task('b', after('a')), task('c', { ...after('a'), run_if: 'ALL_DONE' })];

  test('with success when all succeed', () => {
    const { book, beginAll, end, endOf } = openBook();
    const run = book.createRun(order(tasks), 0);
    expect(beginAll()).toEqual(['a']);
    end(run, 'a');
    expect(beginAll()).toEqual(['b', 'c']);
    end(run, 'b');
    expect(endOf(run)).toBeUndefined();
    end(run, 'c');
    expect(endOf(run)).toMatchObject({ lifeCycleState: 'TERMINATED', resultState: 'SUCCESS', code: 'SUCCESS' });
  });

  test('as an internal error that names the task that failed, and what that skipped', () => {
    const { book, beginAll, end, endOf } = openBook();
    const run = book.createRun(order(tasks), 0);
    beginAll();
    end(run, 'a', ends.F);
    expect(beginAll()).toEqual(['c']);
    end(run, 'c');
    expect(endOf(run)).toEqual({
      lifeCycleState: 'INTERNAL_ERROR',
      resultState: 'FAILED',
      code: 'RUN_EXECUTION_ERROR',
      type: 'CLIENT_ERROR',
      message:
        'Task a failed with message: Workload failed, see run output for details. This caused all downstream tasks to get skipped.',
    });
  });

  test('with success and failures when what failed was handled', () => {
    const { book, beginAll, end, endOf } = openBook();
    const run = book.createRun(order([task('a'), task('c', { ...after('a'), run_if: 'ALL_DONE' })]), 0);
    beginAll();
    end(run, 'a', ends.F);
    beginAll();
    end(run, 'c');
    expect(endOf(run)).toMatchObject({
      resultState: 'SUCCESS_WITH_FAILURES',
      message: '1 of 2 tasks did not succeed.',
    });
  });

  test.each([
    [ends.T, { lifeCycleState: 'TERMINATED', resultState: 'TIMEDOUT', code: 'CANCELED' }],
    [ends.C, { lifeCycleState: 'TERMINATED', resultState: 'CANCELED', code: 'USER_CANCELED' }],
    [couldNotRun('DRIVER_ERROR', 'INTERNAL_ERROR', 'gone'), { lifeCycleState: 'INTERNAL_ERROR', code: 'DRIVER_ERROR' }],
    [
      { ...ends.S, resultState: 'SOMETHING_NEW', code: 'NEW' },
      { resultState: 'SOMETHING_NEW', code: 'NEW' },
    ],
  ])('as its only task: %o', (given, expected) => {
    const { book, beginAll, end, endOf } = openBook();
    const run = book.createRun(order([task('a')]), 0);
    beginAll();
    end(run, 'a', given);
    expect(endOf(run)).toMatchObject(expected);
  });

  test('without having run when nothing was to be done', () => {
    const { book, endOf } = openBook();
    const run = book.createRun(order([task('a', { disabled: true })]), 0);
    expect(endOf(run)).toMatchObject({ lifeCycleState: 'SKIPPED', resultState: 'DISABLED' });
  });
});
