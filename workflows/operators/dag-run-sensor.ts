import type { FoundDagRun, IoActivities } from '../../activities/steps/contract.ts';
import { durationMs, type Duration } from '../../dag/duration.ts';
import { runStates, taskStates, type RunState, type TaskState } from '../../dag/states.ts';
import { activitiesOn } from '../engine/activities-on.ts';
import { taskOfOperator } from '../engine/current-task.ts';
import { failTask, skip } from '../engine/failures.ts';
import { instantText } from '../engine/search-attributes.ts';
import { dagIdOf, type DagRef } from './dag-ref.ts';
import { sensor, type SensorTiming } from './sensor.ts';

const io = activitiesOn<IoActivities>('io');

/** Logical dates that one sensor may wait for: each is a few questions a poke. */
const mostDates = 100;

/** What is waited for, by Airflow's names and with its defaults. */
export interface DagRunSensorOptions extends SensorTiming {
  /** The other DAG, or its id. */
  readonly externalDagId: DagRef;
  /** Tasks of it that have to be in the states; a mapped one with all its indexes. Without them the run itself. */
  readonly externalTaskIds?: readonly string[];
  /** States that are waited for; `['success']` by default. */
  readonly allowedStates?: readonly (RunState | TaskState)[];
  /** States that fail the task, without another try; none by default, so that a run that failed is waited for until it is run again. */
  readonly failedStates?: readonly (RunState | TaskState)[];
  /** States that skip the task. */
  readonly skippedStates?: readonly (RunState | TaskState)[];
  /** How much earlier than this run's the other one's logical date is, for example `'1 hour'`; later with a minus. The same date by default. */
  readonly executionDelta?: Duration | `-${Duration}`;
  /** Instead of a delta: works out the logical date, or several that all count. */
  readonly executionDateFn?: (logicalDate: Date) => Date | readonly Date[];
  /** Whether to fail at once where there is no such DAG, or no such task in it, instead of waiting. */
  readonly checkExistence?: boolean;
}

/**
 * Waits for another DAG's run of the same logical date, or for tasks of it (Airflow's ExternalTaskSensor), and gives the runs. A run that
 * Temporal has forgotten is found in the ledger. Of several runs of a date the one that was started last counts.
 *
 * @example task('upstream', { run: () => dagRunSensor({ externalDagId: loadPins, executionDelta: '1 hour' }) });
 */
export async function dagRunSensor(options: DagRunSensorOptions): Promise<readonly FoundDagRun[]> {
  const { run } = taskOfOperator('dagRunSensor');
  const { externalDagId, externalTaskIds = [], allowedStates = ['success'], failedStates = [] } = options;
  const { skippedStates = [], executionDelta, executionDateFn, checkExistence = false, ...timing } = options;
  const dagId = dagIdOf('dagRunSensor', externalDagId);
  checkStates(externalTaskIds.length > 0 ? taskStates : runStates, { allowedStates, failedStates, skippedStates });
  if (checkExistence) checkTasks(externalDagId, externalTaskIds);
  const input = {
    dagId,
    logicalDates: datesOf(run.logicalDate, executionDelta, executionDateFn).map(instantText),
    taskIds: externalTaskIds,
    allowedStates,
    failedStates,
    skippedStates,
    checkExistence: checkExistence && typeof externalDagId === 'string',
  };
  const poke = async (): Promise<readonly FoundDagRun[] | null> => {
    const found = await io.findDagRuns(input);
    if (found === null) return null;
    if (found.verdict === 'found') return found.runs;
    return found.verdict === 'skipped' ? skip(found.reason) : failTask(`dagRunSensor: ${found.reason}`);
  };
  return sensor({ ...timing, poke });
}

function datesOf(
  logicalDate: Date,
  delta: DagRunSensorOptions['executionDelta'],
  dateFn: DagRunSensorOptions['executionDateFn'],
): readonly Date[] {
  if (delta !== undefined && dateFn !== undefined) {
    failTask('dagRunSensor: give executionDelta or executionDateFn, not both');
  }
  if (dateFn !== undefined) {
    const dates = [dateFn(logicalDate)].flat();
    const wrong = dates.some((date) => !(date instanceof Date) || Number.isNaN(date.getTime()));
    if (wrong || dates.length === 0 || dates.length > mostDates) {
      failTask(`dagRunSensor: executionDateFn gave no list of dates; it gives one Date, or from 1 to ${mostDates}`);
    }
    return dates;
  }
  const text = delta ?? '0 minutes';
  const length = durationMs(text.startsWith('-') ? text.slice(1) : text);
  if (length === undefined) {
    failTask(`dagRunSensor: executionDelta is '${text}'; write a number and a unit, for example '1 hour'`);
  }
  return [new Date(logicalDate.getTime() + (text.startsWith('-') ? length : -length))];
}

function checkStates(known: readonly string[], lists: Readonly<Record<string, readonly string[]>>): void {
  const seen = new Set<string>();
  for (const [name, states] of Object.entries(lists)) {
    for (const state of states) {
      if (!known.includes(state)) failTask(`dagRunSensor: ${name} has '${state}'; there are ${known.join(', ')}`);
      if (seen.has(state)) failTask(`dagRunSensor: '${state}' is in two lists of states; leave it in one`);
      seen.add(state);
    }
  }
  if (lists['allowedStates']?.length === 0) failTask('dagRunSensor: allowedStates is empty; name a state to wait for');
}

function checkTasks(dag: DagRef, taskIds: readonly string[]): void {
  if (typeof dag === 'string') return;
  const { id, tasks } = dag.definition;
  const missing = taskIds.find((taskId) => !tasks.some((task) => task.id === taskId));
  if (missing !== undefined) {
    failTask(`dagRunSensor: ${id} has no task ${missing}; it has ${tasks.map((task) => task.id).join(', ')}`);
  }
}
