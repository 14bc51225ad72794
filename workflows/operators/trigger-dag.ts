import { ApplicationFailure } from '@temporalio/common';
import type { IoActivities, RunEnd } from '../../activities/steps/contract.ts';
import type { RunContext } from '../../dag/definition.ts';
import type { Duration } from '../../dag/duration.ts';
import { fnv1a64 } from '../../dag/fnv.ts';
import { checkParams } from '../../dag/params.ts';
import { partitionKeyProblem } from '../../dag/partition-key.ts';
import { keyPart } from '../../pipeline/run-keys.ts';
import { activitiesOn } from '../engine/activities-on.ts';
import {
  taskOfOperator,
  type CurrentTask,
  type RunEnding,
  type RunOrder,
  type StartedRun,
} from '../engine/current-task.ts';
import { failTask, failureTypes, skip } from '../engine/failures.ts';
import { payloadText } from '../engine/payload-size.ts';
import { dagIdOf, type DagRef } from './dag-ref.ts';
import { instantOf } from './instant.ts';
import { sensor } from './sensor.ts';

const io = activitiesOn<IoActivities>('io');

/** How another DAG is triggered, by Airflow's names. */
export interface TriggerDagOptions<Input = unknown> {
  /** What the run is given: the other DAG's params. */
  readonly conf?: Input;
  /** The run's logical date: a Date, or ISO 8601 text with its offset. Its data interval is what the other DAG's timetable infers from it. Without it, the moment at which it starts. */
  readonly logicalDate?: Date | string;
  /** Key of the partition that the run is about; none by default. */
  readonly partitionKey?: string;
  /** Whether the run is about the very logical date, data interval and partition of the run that triggers it. */
  readonly sameInterval?: boolean;
  /** The run's id. By default it follows from the logical date, where one is given, else from the run and the task that trigger it. */
  readonly triggerRunId?: string;
  /** Whether to wait for the run's end; `false` by default. */
  readonly waitForCompletion?: boolean;
  /** States of the run in which the wait is a success; `['success']` by default. Any other fails the try. */
  readonly allowedStates?: readonly RunEnd['state'][];
  /** Whether a run of this id that has ended is run again, from its first task on. */
  readonly resetDagRun?: boolean;
  /** Whether to skip the task where there is a run of this id. */
  readonly skipWhenAlreadyExists?: boolean;
  /** How often to look whether a run has ended that this run has not started; 1 minute by default. */
  readonly pokeInterval?: Duration;
}

/** The run that was triggered. */
export interface TriggeredRun {
  readonly dagId: string;
  readonly runId: string;
  /** How it ended; `null` where nobody waited for that. */
  readonly state: RunEnd['state'] | null;
}

/**
 * Starts a run of another DAG (Airflow's TriggerDagRunOperator), and waits for its end where it is told to, `deferred`: Temporal tells of
 * it, and nobody polls. A second try finds the run that the first one began, and goes on waiting; where that run has failed, it runs again,
 * and so does any that has ended where the task was cleared. Cancelling the task, or its run, leaves the triggered run alone, as in Airflow.
 *
 * @example task('load', { run: () => triggerDag(loadPins, { conf: { posts: 100 }, waitForCompletion: true }) });
 */
export async function triggerDag<Input>(
  dag: DagRef<Input>,
  options: TriggerDagOptions<NoInfer<Input>> = {},
): Promise<TriggeredRun> {
  const task = taskOfOperator('triggerDag');
  const dagId = dagIdOf('triggerDag', dag);
  const { conf, waitForCompletion = false, allowedStates = ['success'] } = options;
  if (typeof dag !== 'string') checkConf(dag.definition, conf);
  payloadText(`${task.label}: the conf of ${dagId}`, conf);
  const dates = datesOf(options, task.run);
  const desk = triggersOf(task);
  const runId = options.triggerRunId ?? defaultRunId(dagId, dates, task, desk);
  const started = await begin(desk, task, { dagId, runId, dates, options });
  if (!waitForCompletion) return { dagId, runId, state: null };
  const { state, message } = await endOf(task, { dagId, runId, started, options });
  if (allowedStates.includes(state)) return { dagId, runId, state };
  const why = message === undefined ? '' : `: ${message}`;
  throw ApplicationFailure.create({
    type: failureTypes.triggeredRun,
    message: `run ${runId} of ${dagId} is ${state}${why}`,
    nonRetryable: true,
  });
}

/** What the run is about, where that is said. */
type GivenDates = Pick<RunOrder, 'logicalDate' | 'dataInterval' | 'partitionKey'>;

interface Trigger {
  readonly dagId: string;
  readonly runId: string;
  readonly dates: GivenDates;
  readonly options: TriggerDagOptions;
}

interface Started {
  readonly run: StartedRun;
  /** {@link Waiting.since} of the try that started it: each clear of the task sets it anew. */
  readonly since: number;
  end: RunEnding | undefined;
}

/** Runs that a task instance has started, over all of its tries. */
interface Triggers {
  readonly started: Map<string, Started>;
  tryNumber: number;
  /** Runs without an id or a date of their own that the try has asked for, by DAG. */
  unnamed: Map<string, number>;
}

const triggers = new WeakMap<RunContext, Map<string, Triggers>>();

function triggersOf({ run, taskId, mapIndex, tryNumber }: CurrentTask): Triggers {
  const ofRun = triggers.get(run) ?? new Map<string, Triggers>();
  triggers.set(run, ofRun);
  const key = `${taskId}/${mapIndex}`;
  const found = ofRun.get(key) ?? { started: new Map(), tryNumber, unnamed: new Map() };
  ofRun.set(key, found);
  if (found.tryNumber !== tryNumber) Object.assign(found, { tryNumber, unnamed: new Map() });
  return found;
}

/** Starts the run, unless an earlier try has. Gives `undefined` for one that this execution has not started. */
async function begin(
  { started }: Triggers,
  { host, waiting: { since }, run: { runId: parent } }: CurrentTask,
  { dagId, runId, dates, options }: Trigger,
): Promise<StartedRun | undefined> {
  const known = started.get(runId);
  if (known !== undefined && known.end?.state !== 'failed') {
    const isOfThisRound = known.end === undefined || known.since === since;
    if (isOfThisRound || !host.patched('cleared-tasks-trigger-again')) return known.run;
  }
  const { conf, triggerRunId, resetDagRun = false, skipWhenAlreadyExists = false } = options;
  // An id that follows from the task is the task's own: where the task was cleared, its run is to run again.
  const isOwn = known !== undefined || (triggerRunId === undefined && dates.logicalDate === undefined);
  const run = await host.startRun({ dagId, runId, conf, ...dates, again: isOwn || resetDagRun });
  if (run !== undefined) {
    const entry: Started = { run, since, end: undefined };
    started.set(runId, entry);
    void run.ended.then((end) => (entry.end = end));
    return run;
  }
  if (isOwn || resetDagRun) return undefined;
  if (skipWhenAlreadyExists) skip(`there is a run ${runId} of ${dagId} already`);
  return failTask(
    `triggerDag: there is a run ${runId} of ${dagId} already, which ${parent} has not started; give another triggerRunId, or say resetDagRun or skipWhenAlreadyExists`,
  );
}

/** Waits for a run's end: as its parent, or, where somebody else started it, by looking. */
async function endOf(
  { waiting, host }: CurrentTask,
  { dagId, runId, started, options }: Omit<Trigger, 'dates'> & { readonly started: StartedRun | undefined },
): Promise<RunEnding> {
  if (started === undefined) {
    const { pokeInterval = '1 minute' } = options;
    const { state } = await sensor({ poke: () => io.findRunEnd({ dagId, runId }), pokeInterval, timeout: '3650 days' });
    return { state, message: undefined };
  }
  const end = waiting.begin({ state: 'deferred', what: `for run ${runId} of ${dagId}` });
  try {
    return await new Promise<RunEnding>((resolve, reject) => {
      host.cancelled().catch(reject);
      void started.ended.then(resolve);
    });
  } finally {
    const back = end();
    if (back !== undefined) await back;
  }
}

function checkConf(definition: Parameters<typeof checkParams>[0], conf: unknown): void {
  const { problems } = checkParams(definition, conf);
  // The run would say the same, but elsewhere, and later.
  if (problems !== undefined) failTask(`triggerDag: conf is not right for ${definition.id}: ${problems.join('; ')}`);
}

function datesOf({ logicalDate, sameInterval = false, ...given }: TriggerDagOptions, run: RunContext): GivenDates {
  const problem = given.partitionKey === undefined ? undefined : partitionKeyProblem(given.partitionKey);
  if (problem !== undefined) failTask(`triggerDag: ${problem}`);
  const partitionKey = given.partitionKey ?? (sameInterval ? run.partitionKey : undefined);
  const partition = partitionKey === undefined ? {} : { partitionKey };
  if (sameInterval) {
    if (logicalDate !== undefined) failTask('triggerDag: give logicalDate or sameInterval, not both');
    const { start, end } = run.dataInterval;
    return {
      logicalDate: run.logicalDate,
      dataInterval: { start: start.toISOString(), end: end.toISOString() },
      ...partition,
    };
  }
  return {
    logicalDate: logicalDate === undefined ? undefined : instantOf(logicalDate),
    dataInterval: undefined,
    ...partition,
  };
}

/**
 * Bytes of an id at most that has the whole id of the run which triggers. A DAG that triggers itself, or DAGs that trigger each other in
 * turn, give each run an id with all those before in it. A key of a run's objects takes 600 of them, and a Temporal server on MySQL or
 * PostgreSQL 255 characters, of which the parts of a long map need some.
 */
const longestId = 200;

/** The same in every try, so that a second one finds the run of the first. */
function defaultRunId(
  dagId: string,
  { logicalDate }: GivenDates,
  { run, taskId, mapIndex, host }: CurrentTask,
  { unnamed }: Triggers,
): string {
  // As a run's id is that somebody starts by hand for such a date.
  if (logicalDate !== undefined) return `${dagId}-manual__${logicalDate.toISOString()}`;
  const count = (unnamed.get(dagId) ?? 0) + 1;
  unnamed.set(dagId, count);
  const index = mapIndex < 0 ? '' : `__${mapIndex}`;
  const idBy = (parent: string): string =>
    `${dagId}-triggered__${parent}__${taskId}${index}${count === 1 ? '' : `__${count}`}`;
  const whole = idBy(run.runId);
  if (keyPart(whole).length <= longestId || !host.patched('triggered-ids-are-short')) return whole;
  return idBy(fnv1a64(run.runId).toString(16).padStart(16, '0'));
}
