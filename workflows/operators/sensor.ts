import { ApplicationFailure } from '@temporalio/common';
import { durationText, type Duration } from '../../dag/duration.ts';
import { taskOfOperator } from '../engine/current-task.ts';
import { diagnose, failTask, failureTypes, skip } from '../engine/failures.ts';
import { millisecondsOf } from './milliseconds.ts';

/** How a sensor waits, by Airflow's names and with its defaults. */
export interface SensorTiming {
  /** Wait between two pokes; 1 minute by default. */
  readonly pokeInterval?: Duration;
  /** Let the wait double from poke to poke. */
  readonly exponentialBackoff?: boolean;
  /** The wait grows no further; without it, no further than `timeout`. */
  readonly maxWait?: Duration;
  /**
   * Time for all pokes of all tries, counted from the start of the first try; 7 days by default. When it is over the task
   * fails without another try.
   */
  readonly timeout?: Duration;
  /** Skip the task where it would fail for its timeout, or because a poke said so (`TaskFailed`). */
  readonly softFail?: boolean;
}

/** A sensor: what it looks for, and how it waits. */
export interface SensorOptions<Result> extends SensorTiming {
  /**
   * Calls one activity and gives back what it gives. `false`, `null` or nothing means not yet; anything else ends the wait.
   * An error of the activity is an error of the try, unless it is weather, which the next attempt mends.
   */
  readonly poke: () => Promise<Result>;
}

/** What a sensor gives: what its poke gives when it has found what it looks for. */
export type Found<Result> = Exclude<Result, false | null | undefined>;

/**
 * Waits until a poke finds something (Airflow's sensor in `reschedule` mode). Each poke is an attempt of one activity: between
 * two of them no worker is busy, and a history has the same three events after one poke and after a million. The state is
 * `up_for_reschedule`. The task's executionTimeout bounds a single poke, as in Airflow, and the `timeout` bounds them all.
 *
 * @example const file = task('file', { run: () => sensor({ poke: () => io.exportIsThere({ day }), pokeInterval: '5 minutes' }) });
 */
export async function sensor<Result>(options: SensorOptions<Result>): Promise<Found<Result>> {
  const task = taskOfOperator('sensor');
  const { waiting, host } = task;
  const interval = millisecondsOf('pokeInterval', options.pokeInterval ?? '1 minute');
  const timeout = millisecondsOf('timeout', options.timeout ?? '7 days');
  const maxWait = options.maxWait === undefined ? timeout : millisecondsOf('maxWait', options.maxWait);
  const policy = { interval, factor: options.exponentialBackoff === true ? 2 : 1, maxWait };
  const left = waiting.since + timeout - host.now();
  if (left <= 0) nothingFound(options, timeout);
  const scope = host.openScope();
  let late = false;
  const end = waiting.begin({ state: 'up_for_reschedule', what: whatOf(options, interval) });
  const release = waiting.watch(left, () => {
    late = true;
    scope.cancel();
  });
  try {
    const poking = Object.assign({}, task, { poke: { policy, limit: waiting.executionTimeout } });
    const found = await scope.run(() => host.within(poking, options.poke));
    if (isFound(found)) return found;
    return failTask(
      `a sensor's poke gave ${String(found)} after its activity had found something: let the activity itself give it, so that it is the activity that is tried again`,
    );
  } catch (thrown) {
    // Cancelled, or told of what its last poke said in the meantime: an attempt that fails after that is not followed by another.
    if (late) nothingFound(options, timeout);
    const { error } = diagnose(thrown);
    if (options.softFail === true && error.type === failureTypes.failed) skip(error.message);
    throw thrown;
  } finally {
    release();
    const back = end();
    if (back !== undefined) await back;
  }
}

function nothingFound({ softFail = false }: SensorTiming, timeout: number): never {
  const message = `the sensor found nothing within its timeout of ${durationText(timeout)}`;
  if (softFail) skip(message);
  throw ApplicationFailure.create({ type: failureTypes.sensorTimeout, message, nonRetryable: true });
}

/** Whether a poke found something. */
export function isFound<Result>(result: Result): result is Found<Result> {
  return result !== false && result !== null && result !== undefined;
}

function whatOf({ exponentialBackoff = false }: SensorTiming, interval: number): string {
  return exponentialBackoff
    ? `pokes, at first every ${durationText(interval)}`
    : `pokes every ${durationText(interval)}`;
}
