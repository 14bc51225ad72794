import { createRunBook, type RunBook } from '../../../stack/databricks/run-book.ts';
import type { BookEvent, Run, RunEnd } from '../../../stack/databricks/run-model.ts';
import type { RunOrder } from '../../../stack/databricks/run-order.ts';
import { runEnd, succeeded } from '../../../stack/databricks/run-outcome.ts';
import { taskSchema, type TaskSpec } from '../../../stack/databricks/task-spec.ts';

/** A task with a notebook. */
export function task(key: string, fields: Readonly<Record<string, unknown>> = {}): TaskSpec {
  return taskSchema.parse({ task_key: key, notebook_task: { notebook_path: `/${key}` }, ...fields });
}

/** What a task waits for, as the API has it. */
export function after(...keys: readonly string[]): Readonly<Record<string, unknown>> {
  return { depends_on: keys.map((key) => ({ task_key: key })) };
}

/** An order of a submitted run. */
export function order(tasks: readonly TaskSpec[], fields: Partial<RunOrder> = {}): RunOrder {
  return {
    type: 'SUBMIT_RUN',
    flat: false,
    name: 'Untitled',
    creator: 'ada',
    tasks,
    timeoutSeconds: 0,
    jobParameters: [],
    notebookParams: {},
    shown: {},
    ...fields,
  };
}

/** A book that keeps its events, with a driver that begins and ends tasks by hand. */
export function openBook(events: readonly BookEvent[] = []): {
  readonly book: RunBook;
  readonly events: BookEvent[];
  /** Begins whatever may begin; returns the keys of the tasks. */
  readonly beginAll: (now?: number) => readonly string[];
  readonly end: (run: Run, key: string, end?: RunEnd, now?: number) => void;
  readonly endOf: (run: Run) => RunEnd | undefined;
} {
  const recorded: BookEvent[] = [...events];
  const book = createRunBook({ firstId: 1_000, events, record: (event) => recorded.push(event) });
  const beginAll = (now = 1_000): readonly string[] => {
    const begun: string[] = [];
    for (let id = book.ready.take(now); id !== undefined; id = book.ready.take(now)) {
      begun.push(book.find(id)?.taskRun.taskKey ?? '');
      book.begin(id, { clusterId: 'c', parameters: {}, now });
    }
    return begun;
  };
  return {
    book,
    events: recorded,
    beginAll,
    end: (run, key, end = succeeded(), now = 2_000) => {
      const taskRun = book.requireRun(run.runId).taskRuns.findLast((one) => one.taskKey === key);
      book.end(taskRun?.runId ?? -1, end, now);
    },
    endOf: (run) => runEnd(book.requireRun(run.runId)),
  };
}
