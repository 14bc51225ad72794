import type { TaskMarker } from '../../dag/clear-markers.ts';
import type { ClearableDag, ClearableRun } from '../../dag/clear.ts';
import { clearableRecord } from '../../dag/clearable.ts';
import type { TaskInstance } from '../../dag/planner.ts';
import type { RunRecord } from '../../dag/run-record.ts';
import type { RunStatus } from '../../workflows/engine/queries.ts';
import { noAnswerText, type OpenRuns } from './open-runs.ts';
import type { RunSummary } from './run-summary.ts';

/** A run whose tasks may be cleared or marked. */
export interface EditableRun {
  readonly run: ClearableRun;
  /** Its newest record, when it is over; a run that is under way is told itself. */
  readonly record: RunRecord | undefined;
  /** Names of its task instances for people, by their addresses. */
  readonly labels: ReadonlyMap<string, string>;
}

/** A task instance as one word, to look it up by. */
export function addressOf({ taskId, mapIndex }: TaskInstance): string {
  return `${taskId}[${mapIndex}]`;
}

/** Reads a run to edit it. What comes back instead, in a sentence, is why it cannot be edited. */
export async function editableRun(
  { reader, ledger }: Pick<OpenRuns, 'reader' | 'ledger'>,
  { dagId, runId, end }: RunSummary,
): Promise<EditableRun | string> {
  if (end === null) {
    const status = await reader.status(runId);
    return status === undefined
      ? noAnswerText(runId)
      : { run: runOfStatus(status), record: undefined, labels: labelsOf(status.tasks) };
  }
  const record = await ledger.read({ dagId, runId });
  if (record === undefined) return noRecordText(runId);
  return { run: clearableRecord(record), record, labels: labelsOf(record.tasks) };
}

/** What to do with a run of which nothing is kept. */
export function noRecordText(runId: string): string {
  return `run ${runId} is over and left no record, as one that was terminated: nothing of it is kept. To have all of it run again, reset it in the Temporal UI, or with: temporal workflow reset --workflow-id '${runId}' --type FirstWorkflowTask --reason again`;
}

/**
 * Tasks as people name them (`land`, `land[2]`, or `land[geo]` by the index's label; a group for all that is in it) as markers of a run. What comes back
 * instead, in a sentence, names what there is.
 */
export function markersOf(
  { id, tasks }: ClearableDag,
  { run, labels }: EditableRun,
  names: readonly string[],
): readonly TaskMarker[] | string {
  const known = new Set([...tasks.map((task) => task.id), ...run.instances.map(({ taskId }) => taskId)]);
  const markers: TaskMarker[] = [];
  for (const name of names) {
    if (known.has(name)) {
      markers.push(name);
      continue;
    }
    const inGroup = [...known].filter((task) => task.startsWith(`${name}.`));
    if (inGroup.length > 0) {
      markers.push(...inGroup);
      continue;
    }
    const found = run.instances.find(
      (one) => one.mapIndex >= 0 && (labels.get(addressOf(one)) === name || addressOf(one) === name),
    );
    if (found === undefined) return missing(id, run, known, labels, name);
    markers.push([found.taskId, found.mapIndex]);
  }
  return markers;
}

const mostNamed = 20;

function missing(
  dagId: string,
  { runId, instances }: ClearableRun,
  known: ReadonlySet<string>,
  labels: EditableRun['labels'],
  name: string,
): string {
  const [, taskId = name] = /^(.+)\[.*\]$/.exec(name) ?? [];
  if (!known.has(taskId)) return `DAG ${dagId} has no task ${taskId}; its tasks are ${listed([...known])}`;
  const own = instances.filter((one) => one.taskId === taskId && one.mapIndex >= 0);
  const there =
    own.length === 0
      ? 'it has none'
      : `there are ${listed(own.map((one) => labels.get(addressOf(one)) ?? addressOf(one)))}`;
  return `task ${taskId} of run ${runId} has no index ${name}; ${there}`;
}

function listed(names: readonly string[]): string {
  const rest = names.length - mostNamed;
  return `${names.slice(0, mostNamed).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** What a run that is under way tells of itself; it knows best how many tries a task has left. */
function runOfStatus({ runId, logicalDate, state, tasks }: RunStatus): ClearableRun {
  return {
    runId,
    logicalDate: Date.parse(logicalDate),
    state,
    instances: tasks.map(({ taskId, mapIndex, state: is, tryNumber }) => {
      return { taskId, mapIndex, state: is, tryNumber, maxTries: Math.max(tryNumber - 1, 0) };
    }),
  };
}

function labelsOf(tasks: readonly (TaskInstance & { readonly label: string })[]): ReadonlyMap<string, string> {
  return new Map(tasks.map((task) => [addressOf(task), task.label]));
}
