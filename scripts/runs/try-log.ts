import { prettyFactory } from 'pino-pretty';
import type { ObjectStore } from '../../activities/shared/object-store.ts';
import { placeOfTryLog, runLogPrefix, tryLogKey, type TryPlace } from '../../pipeline/run-keys.ts';
import { CommandError } from '../failure.ts';

/** Which log is asked for. */
export interface LogRequest {
  readonly runId: string;
  readonly taskId: string;
  /** Of a mapped task; left out: of the one index that there is. */
  readonly mapIndex?: number;
  /** Left out: the last that there is. */
  readonly tryNumber?: number;
}

/** Finds the log of a try in the bucket alone. Throws CommandError, which says what there is, when there is none. */
export async function findTryLog(
  store: Pick<ObjectStore, 'list'>,
  { runId, taskId, mapIndex, tryNumber }: LogRequest,
  dagIds: readonly string[],
): Promise<TryPlace> {
  const logs = await logsOf(store, runId, dagIds);
  if (logs.length === 0) {
    throw new CommandError(
      `the bucket has no logs of a run ${runId} of ${dagIds.join(', ')}; tries that logged nothing have none, tw runs list names runs, --dag-id another DAG`,
    );
  }
  const ofTask = logs.filter((log) => log.taskId === taskId);
  if (ofTask.length === 0) {
    const tasks = unique(logs.map((log) => log.taskId));
    throw new CommandError(
      `run ${runId} has no log of a task ${taskId}; there are logs of: ${tasks.join(', ')} (tries that logged nothing have none)`,
    );
  }
  const indexes = unique(ofTask.map((log) => log.mapIndex)).toSorted((a, b) => a - b);
  const [only = -1] = indexes;
  if (mapIndex === undefined && indexes.length > 1) {
    throw new CommandError(`task ${taskId} is mapped: give --map-index, one of ${indexes.join(', ')}`);
  }
  const ofIndex = ofTask.filter((log) => log.mapIndex === (mapIndex ?? only));
  if (ofIndex.length === 0) {
    throw new CommandError(
      `task ${taskId} has no log of map index ${mapIndex}; there are logs of: ${indexes.join(', ')}`,
    );
  }
  const tries = ofIndex.toSorted((a, b) => a.tryNumber - b.tryNumber);
  const found = tryNumber === undefined ? tries.at(-1) : tries.find((log) => log.tryNumber === tryNumber);
  if (found !== undefined) return found;
  throw new CommandError(
    `task ${taskId} has no log of try ${tryNumber}; there are logs of: ${tries.map((log) => log.tryNumber).join(', ')}`,
  );
}

/** A run's id does not say of which DAG it is, so each is asked. */
async function logsOf(
  store: Pick<ObjectStore, 'list'>,
  runId: string,
  dagIds: readonly string[],
): Promise<readonly TryPlace[]> {
  const found: TryPlace[] = [];
  for (const dagId of dagIds) {
    for await (const { key } of store.list(runLogPrefix({ dagId, runId }))) {
      const place = placeOfTryLog(key);
      if (place !== undefined) found.push(place);
    }
    if (found.length > 0) return found;
  }
  return found;
}

/** The lines of a try's log, as they were written. Throws CommandError when it is gone. */
export async function readTryLog(store: Pick<ObjectStore, 'get'>, place: TryPlace): Promise<string> {
  const key = tryLogKey(place);
  const stored = await store.get(key);
  if (stored === undefined) throw new CommandError(`${key} has just been deleted`);
  return stored.body.toString('utf8');
}

/** A log for people: time (local), level, sentence and fields, without those that every line of a try has. */
export function logText(lines: string, colorize: boolean): string {
  // `run` is what lines of earlier builds call the run.
  const ignore = 'pid,hostname,dag,runId,run,temporalRunId,task,mapIndex,try';
  const pretty = prettyFactory({ singleLine: true, translateTime: 'SYS:HH:MM:ss', colorize, ignore });
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => pretty(line))
    .join('');
}

function unique<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)];
}
