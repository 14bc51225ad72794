import {
  clearInstances,
  runsToClear,
  selectForClear,
  type ClearRequest,
  type ClearableDag,
  type ClearableRun,
} from '../../dag/clear.ts';
import { defineDag } from '../../dag/define-dag.ts';
import { isRefusal } from '../../dag/refusal.ts';
import type { RunState } from '../../dag/states.ts';
import { dagOf, reached, run, selected } from './clear-words.ts';

const day = 86_400_000;

const chain = dagOf('a', 'b<a', 'c<b', 'd<c');
const cluster = dagOf('before', '+start<before', 'work<start', 'more<work', '-stop<start,more', 'after<more');

describe('a clear', () => {
  test.each<[string, ClearableDag, ClearRequest, string]>([
    ['a task alone', chain, { taskIds: ['b'] }, 'b'],
    ['every task when none is named', chain, {}, 'a b c d'],
    ['what is downstream', chain, { taskIds: ['b'], includeDownstream: true }, 'b c d'],
    ['what is upstream', chain, { taskIds: ['b'], includeUpstream: true }, 'a b'],
    ['work with its setup and teardown', cluster, { taskIds: ['more'] }, 'start more stop'],
    ['a setup with its teardown, not the work', cluster, { taskIds: ['start'] }, 'start stop'],
    ['a teardown alone', cluster, { taskIds: ['stop'] }, 'stop'],
    ['a task after the cluster alone', cluster, { taskIds: ['after'] }, 'after'],
    ['a task before the cluster alone', cluster, { taskIds: ['before'] }, 'before'],
    [
      'upstream of the work with the teardown',
      cluster,
      { taskIds: ['work'], includeUpstream: true },
      'before start work stop',
    ],
    [
      'a setup without teardowns with all that comes after it',
      dagOf('+start', 'a<start', 'b<a'),
      { taskIds: ['b'] },
      'start b',
    ],
    [
      'the setups of what is downstream, other ways in included',
      dagOf('a', '+start', 'b<a,start', '-stop<start,b'),
      { taskIds: ['a'], includeDownstream: true },
      'a start b stop',
    ],
    [
      'upstream first, then the downstream of all that',
      dagOf('a', 'b<a', 'side<a'),
      { taskIds: ['b'], includeUpstream: true, includeDownstream: true },
      'a b side',
    ],
    [
      'one index, and what is downstream of it as a whole',
      dagOf('m@g', 'join<m'),
      { taskIds: [['m', 1]], includeDownstream: true },
      'm[1] join',
    ],
    [
      'one index through its mapped group',
      dagOf('m@g', 'n@g<m', 'join<n'),
      { taskIds: [['m', 1]], includeDownstream: true },
      'm[1] n[1] join',
    ],
    ['an index that is not there: nothing', dagOf('m@g'), { taskIds: [['m', 7]] }, ''],
  ])('selects %s', (_, dag, request, expected) => {
    expect(reached(dag, request)).toBe(expected);
  });

  test.each<[string, ClearRequest, readonly string[]]>([
    ['what failed, when nothing else is said', {}, ['r/a', 'r/b']],
    ['what runs, beside what failed', { onlyRunning: true }, ['r/a', 'r/b', 'r/c']],
    ['only what runs', { onlyFailed: false, onlyRunning: true }, ['r/c']],
    ['anything', { onlyFailed: false }, ['r/a', 'r/b', 'r/c', 'r/d']],
    ['not both at once', { onlyFailed: true, onlyRunning: true }, ['failed_and_running']],
  ])('selects by state: %s', (_, request, expected) => {
    const one = run('r', 0, { a: 'failed', b: 'upstream_failed', c: 'running', d: 'skipped' }, 'running');
    expect(selected(chain, [one], { runId: 'r', ...request })).toEqual(expected);
  });

  const runs = [
    run('dateless', null, { a: 'failed' }),
    ...[1, 2, 3].map((at) => run(`r${at}`, at * day, { a: 'failed' })),
  ];

  test.each<[string, ClearRequest, readonly string[]]>([
    ['the run that is named', { runId: 'r2' }, ['r2']],
    ['and those before it', { runId: 'r2', includePast: true }, ['r1', 'r2']],
    ['and those after it', { runId: 'r2', includeFuture: true }, ['r2', 'r3']],
    ['and all others', { runId: 'r2', includePast: true, includeFuture: true }, ['dateless', 'r1', 'r2', 'r3']],
    ['a run that is about no time', { runId: 'dateless' }, ['dateless']],
    ['those between two dates', { startDate: day, endDate: 2 * day }, ['r1', 'r2']],
    ['those since a date', { startDate: 2 * day }, ['r2', 'r3']],
    [
      'those up to a date, and all before it',
      { startDate: 2 * day, endDate: 2 * day, includePast: true },
      ['r1', 'r2'],
    ],
    ['all', {}, ['dateless', 'r1', 'r2', 'r3']],
  ])('reaches %s', (_, request, expected) => {
    const answer = runsToClear('example', runs, request);
    expect(isRefusal(answer) ? answer : answer.map(({ runId }) => runId)).toEqual(expected);
  });

  test.each<[ClearRequest, string, string]>([
    [{ runId: 'r9' }, 'unknown_run', 'DAG example has no run r9; its runs are dateless, r1, r2, r3'],
    [{ runId: 'dateless', includePast: true }, 'no_logical_date', 'leave past and future out'],
    [{ startDate: 2, endDate: 1 }, 'dates_reversed', 'the end date is before the start date'],
    [{ runId: 'r1', startDate: 1 }, 'run_and_dates', 'name either a run or dates'],
    [{ taskIds: [] }, 'no_tasks', 'leave it out for all tasks'],
    [{ taskIds: ['a', 'z'] }, 'unknown_task', 'DAG example has no task z; its tasks are a, b, c, d'],
  ])('is refused with words: %j', (request, reason, words) => {
    const answer = selectForClear(chain, runs, request);
    expect(answer).toMatchObject({ refused: reason, message: expect.stringContaining(words) });
  });

  test('takes a task that the DAG no longer has, where a run has it', () => {
    const old = run('r', 0, { gone: 'failed' });
    const instances = selectForClear(chain, [old], { runId: 'r', taskIds: ['gone'] });
    if (isRefusal(instances)) throw new Error(instances.message);
    expect(clearInstances(chain, [old], instances, {})).toEqual({
      instances: [{ runId: 'r', taskId: 'gone', mapIndex: -1, state: 'none', maxTries: 3 }],
      runs: [{ runId: 'r', state: 'queued' }],
    });
  });
});

describe('a definition', () => {
  const dag = defineDag('daily', { schedule: null, defaultArgs: { retries: 4 } }, ({ task, map }) => {
    const list = task('list', { run: () => 1 });
    const load = map('load', ['x', 'y'], { after: [list], run: () => 1 });
    task('check', { after: [load], run: () => 1 });
  });

  test('can be cleared as it is', () => {
    const one = run('r', 0, { list: 'success', load: ['success', 'failed'], check: 'upstream_failed' });
    const request = { runId: 'r', taskIds: ['load'], includeDownstream: true };
    expect(selected(dag, [one], request)).toEqual(['r/load[1]', 'r/check']);
    const instances = selectForClear(dag, [one], request);
    expect(isRefusal(instances) ? instances : clearInstances(dag, [one], instances, request)).toMatchObject({
      instances: [{ maxTries: 7 }, { maxTries: 4 }],
    });
  });
});

describe('what a clear leaves', () => {
  const dag = dagOf('a', 'b');
  const cleared = (one: ClearableRun, request: ClearRequest) => {
    const instances = selectForClear(dag, [one], { onlyFailed: false, ...request });
    return isRefusal(instances) ? instances : clearInstances(dag, [one], instances, request);
  };

  test('stops and restarts what runs, and gives all retries again to the rest', () => {
    const one = run('r', 0, { a: 'running', b: 'failed' }, 'running');
    expect(cleared(one, {})).toEqual({
      instances: [
        { runId: 'r', taskId: 'a', mapIndex: -1, state: 'restarting', maxTries: 2 },
        { runId: 'r', taskId: 'b', mapIndex: -1, state: 'none', maxTries: 5 },
      ],
      runs: [{ runId: 'r', state: 'running' }],
    });
  });

  test.each<[RunState, boolean, RunState]>([
    ['failed', true, 'queued'],
    ['success', true, 'queued'],
    ['queued', true, 'queued'],
    ['running', true, 'running'],
    ['failed', false, 'failed'],
    ['success', false, 'success'],
  ])('makes of a run that is %s, when resetting is %s, one that is %s', (before, resetDagRuns, after) => {
    expect(cleared(run('r', 0, { a: 'failed' }, before), { resetDagRuns })).toMatchObject({ runs: [{ state: after }] });
  });

  test('touches no run of which nothing is selected', () => {
    expect(cleared(run('r', 0, { a: 'success' }), { onlyFailed: true })).toEqual({ instances: [], runs: [] });
  });

  test('is refused while something runs, when that is asked for', () => {
    const one = run('r', 0, { a: 'running', b: 'failed' }, 'running');
    expect(cleared(one, { preventRunningTask: true })).toMatchObject({
      refused: 'task_running',
      message: expect.stringContaining('task a of run r is running'),
    });
    expect(cleared(one, { preventRunningTask: true, onlyFailed: true })).toMatchObject({
      instances: [{ taskId: 'b' }],
    });
  });
});
