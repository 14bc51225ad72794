import { currentTaskRuns, type BookEvent, type Job, type Run, type TaskRun } from './run-model.ts';

/** All jobs and runs as the events so far make them. */
export interface BookState {
  /** The next id: jobs, runs, tasks' runs and repairs have ids of one row, so that none is mistaken for another. */
  next: number;
  readonly jobs: Map<number, Job>;
  /** By id, in the order of their creation. */
  readonly runs: Map<number, Run>;
  /** Run of a task's run. */
  readonly runOfTask: Map<number, number>;
  /** Run of an idempotency token; `deleted` when there is no more such run. */
  readonly tokens: Map<string, number | 'deleted'>;
  /** Runs that are not over, by job. */
  readonly active: Map<number, Set<number>>;
}

/** Nothing yet. */
export function emptyState(firstId: number): BookState {
  return {
    next: firstId,
    jobs: new Map(),
    runs: new Map(),
    runOfTask: new Map(),
    tokens: new Map(),
    active: new Map(),
  };
}

/** Changes the state by an event. The only way that it changes, live and when a log is read again. */
export function applyEvent(state: BookState, event: BookEvent): void {
  switch (event.kind) {
    case 'numbers':
      state.next = event.next;
      return;
    case 'job':
      state.jobs.set(event.job.jobId, event.job);
      seen(state, event.job.jobId);
      return;
    case 'job-deleted':
      state.jobs.delete(event.jobId);
      return;
    case 'token':
      state.tokens.set(event.token, 'deleted');
      return;
    case 'run':
      putRun(state, event.run);
      if (event.run.token !== undefined) state.tokens.set(event.run.token, event.run.runId);
      return;
    case 'deleted': {
      const run = state.runs.get(event.runId);
      if (run === undefined) return;
      state.runs.delete(run.runId);
      for (const { runId } of run.taskRuns) state.runOfTask.delete(runId);
      setActive(state, run, false);
      if (run.token !== undefined) state.tokens.set(run.token, 'deleted');
      return;
    }
    case 'released':
    case 'begun':
    case 'ended':
    case 'attempt':
    case 'repaired':
    case 'cancel': {
      const run = state.runs.get(event.runId);
      if (run !== undefined) putRun(state, changedRun(run, event));
    }
  }
}

type RunChange = Extract<BookEvent, { kind: 'released' | 'begun' | 'ended' | 'attempt' | 'repaired' | 'cancel' }>;

function changedRun(run: Run, event: RunChange): Run {
  switch (event.kind) {
    case 'released':
      return { ...run, held: false };
    case 'begun': {
      const { at, clusterId, parameters } = event;
      return withTaskRun(run, event.taskRunId, { begunAt: at, clusterId, parameters });
    }
    case 'ended': {
      const ended = withTaskRun(run, event.taskRunId, { endedAt: event.at, end: event.end });
      const over = currentTaskRuns(ended).every(({ end }) => end !== undefined);
      return over ? { ...ended, endedAt: event.at } : ended;
    }
    case 'attempt':
      return { ...run, endedAt: undefined, taskRuns: [...run.taskRuns, event.taskRun] };
    case 'repaired': {
      const { repair, taskRuns, jobParameters, notebookParams } = event;
      return {
        ...run,
        jobParameters,
        notebookParams,
        cancel: undefined,
        endedAt: undefined,
        repairs: [...run.repairs, repair],
        taskRuns: [...run.taskRuns, ...taskRuns],
      };
    }
    case 'cancel':
    default:
      return event.taskRunId === undefined
        ? { ...run, cancel: event.reason }
        : withTaskRun(run, event.taskRunId, { cancel: event.reason });
  }
}

function withTaskRun(run: Run, taskRunId: number, change: Partial<TaskRun>): Run {
  return { ...run, taskRuns: run.taskRuns.map((one) => (one.runId === taskRunId ? { ...one, ...change } : one)) };
}

function putRun(state: BookState, run: Run): void {
  state.runs.set(run.runId, run);
  seen(
    state,
    run.jobId,
    run.runId,
    ...run.taskRuns.map(({ runId }) => runId),
    ...run.repairs.map((one) => one.repairId),
  );
  for (const { runId } of run.taskRuns) state.runOfTask.set(runId, run.runId);
  setActive(state, run, run.endedAt === undefined);
}

function seen(state: BookState, ...ids: readonly number[]): void {
  for (const id of ids) state.next = Math.max(state.next, id + 1);
}

function setActive(state: BookState, run: Run, isActive: boolean): void {
  const runs = state.active.get(run.jobId) ?? new Set<number>();
  if (isActive) runs.add(run.runId);
  else runs.delete(run.runId);
  if (runs.size > 0) state.active.set(run.jobId, runs);
  else state.active.delete(run.jobId);
}

/** Events that make this state out of nothing, and leave out what the service forgets: runs that ended before a time. */
export function snapshotOf(state: BookState, forgetBefore: number): readonly BookEvent[] {
  const jobs = [...state.jobs.values()].map((job): BookEvent => ({ kind: 'job', job }));
  const runs = [...state.runs.values()].flatMap((run): readonly BookEvent[] => {
    if (run.endedAt === undefined || run.endedAt >= forgetBefore) return [{ kind: 'run', run }];
    return run.token === undefined ? [] : [{ kind: 'token', token: run.token }];
  });
  const tokens = [...state.tokens].flatMap(([token, run]): readonly BookEvent[] =>
    run === 'deleted' ? [{ kind: 'token', token }] : [],
  );
  return [{ kind: 'numbers', next: state.next }, ...jobs, ...runs, ...tokens];
}

/** A line of a log as an event. Throws when it is none: the log is of another program, or of a later version. */
export function bookEvent(line: unknown): BookEvent {
  if (!isBookEvent(line)) throw new Error(`a line of the log is no event: ${JSON.stringify(line)?.slice(0, 80)}`);
  return line;
}

const kinds: Readonly<Record<BookEvent['kind'], true>> = {
  numbers: true,
  job: true,
  'job-deleted': true,
  run: true,
  released: true,
  begun: true,
  ended: true,
  attempt: true,
  repaired: true,
  cancel: true,
  deleted: true,
  token: true,
};

function isBookEvent(line: unknown): line is BookEvent {
  const kind: unknown = typeof line === 'object' && line !== null ? Reflect.get(line, 'kind') : undefined;
  return typeof kind === 'string' && Object.hasOwn(kinds, kind);
}
