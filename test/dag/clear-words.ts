import {
  selectForClear,
  type ClearRequest,
  type ClearableDag,
  type ClearableRun,
  type InstanceRecord,
} from '../../dag/clear.ts';
import type { ClearableTask } from '../../dag/clear-reach.ts';
import { isRefusal } from '../../dag/refusal.ts';
import type { RunState, TaskState } from '../../dag/states.ts';

/** Tasks as words: `c<a,b` comes after a and b; `+` before an id marks a setup, `-` a teardown; `c@g` is of mapped group g. */
export function dagOf(...words: readonly string[]): ClearableDag {
  const tasks = words.map((word): ClearableTask => {
    const [, mark, id = '', group, upstream] = /^([+-]?)(\w+)(?:@(\w+))?(?:<(.+))?$/.exec(word) ?? [];
    return {
      id,
      upstream: upstream?.split(',') ?? [],
      retries: 2,
      isSetup: mark === '+',
      isTeardown: mark === '-',
      mappedGroup: group ?? null,
    };
  });
  return { id: 'example', tasks };
}

/** A run by the states of its tasks, a list of them for a mapped one. What ran is at its third try. */
export function run(
  runId: string,
  logicalDate: number | null,
  states: Readonly<Record<string, TaskState | readonly TaskState[]>>,
  state: RunState = 'failed',
): ClearableRun {
  const instances = Object.entries(states).flatMap(([taskId, of]) =>
    (typeof of === 'string' ? [of] : of).map((one, index): InstanceRecord => ({
      taskId,
      mapIndex: typeof of === 'string' ? -1 : index,
      state: one,
      tryNumber: one === 'none' || one === 'upstream_failed' || one === 'skipped' ? 0 : 3,
      maxTries: 2,
    })),
  );
  return { runId, logicalDate, state, instances };
}

/** A run of a DAG in which every task is in one state, mapped groups with two indexes. */
export function runWith(dag: ClearableDag, state: TaskState): ClearableRun {
  const one = dag.tasks.map(
    ({ id, mappedGroup }) => [id, (mappedGroup ?? null) === null ? state : [state, state]] as const,
  );
  return run('r', 0, Object.fromEntries(one));
}

/** What is selected, as words: `run/task` or `run/task[index]`; the reason where it is refused. */
export function selected(dag: ClearableDag, runs: readonly ClearableRun[], request: ClearRequest): readonly string[] {
  const answer = selectForClear(dag, runs, request);
  if (isRefusal(answer)) return [answer.refused];
  return answer.map(({ runId, taskId, mapIndex }) => `${runId}/${taskId}${mapIndex < 0 ? '' : `[${mapIndex}]`}`);
}

/** The tasks of one run that a clear of everything in the reach of some tasks selects. */
export function reached(dag: ClearableDag, request: ClearRequest): string {
  const words = selected(dag, [runWith(dag, 'success')], { runId: 'r', onlyFailed: false, ...request });
  return words.map((word) => word.replace('r/', '')).join(' ');
}
