import { callbackList, type Callbacks } from './callbacks.ts';
import { dateBound } from './date-bound.ts';
import type { DeadlineDefinition, DeadlineEvent } from './definition.ts';
import { durationMs, type Duration } from './duration.ts';

/** By when a run is to have ended, and whom to tell when it has not (Airflow's DeadlineAlert). */
export interface DeadlineOptions {
  /**
   * What the interval is counted from, by Airflow's names: when the run was queued, its logical date, a fixed instant (a
   * Date, or ISO text; text without an offset is read on the clocks of the schedule's time zone), or the instant at which the
   * run will have taken as long as the `maxRuns` (10) newest ones before it on average. While there are fewer than `minRuns`
   * (as many as `maxRuns`) of those, there is no deadline.
   */
  readonly reference:
    | 'queuedAt'
    | 'logicalDate'
    | { readonly fixed: Date | string }
    | { readonly averageRuntime: { readonly maxRuns?: number; readonly minRuns?: number } };
  /** `'2 hours'` after the reference, or `'-30 minutes'`: before it. */
  readonly interval: Duration;
  /** Told once, if the run has not ended by then; at once, when that is past already. */
  readonly callback: Callbacks<DeadlineEvent>;
}

/** Deadlines as a definition has them. What is wrong is told to `say`, which throws. */
export function deadlinesOf(
  options: readonly DeadlineOptions[],
  timezone: string,
  say: (text: string) => never,
): readonly DeadlineDefinition[] {
  return options.map(({ reference, interval, callback }) => {
    const before = interval.startsWith('-');
    const length = durationMs(before ? interval.slice(1) : interval);
    if (length === undefined) {
      say(
        `the deadline's interval is '${interval}'; write a number and a unit, for example '2 hours' or '-30 minutes'`,
      );
    }
    return {
      reference: referenceOf(reference, timezone, say),
      interval: before ? -length : length,
      callbacks: callbackList("the deadline's callback", callback, say),
    };
  });
}

/** What a deadline is counted from. */
export interface DeadlineRun {
  readonly queuedAt: Date;
  readonly logicalDate: Date;
  /** Milliseconds that the runs before it took from their start to their end, the newest first. */
  readonly durations: readonly number[];
}

/** The instant of a deadline, epoch milliseconds; `null` where too few runs have been to know it. */
export function deadlineAt({ reference, interval }: DeadlineDefinition, run: DeadlineRun): number | null {
  if (typeof reference === 'number') return reference + interval;
  if (typeof reference === 'string') return run[reference].getTime() + interval;
  const durations = run.durations.slice(0, reference.maxRuns);
  if (durations.length < reference.minRuns) return null;
  const average = durations.reduce((sum, duration) => sum + duration, 0) / durations.length;
  return run.queuedAt.getTime() + Math.round(average) + interval;
}

/** How many of the runs before it a run's deadlines have to know; 0 where none of them asks. */
export function runsBefore(deadlines: readonly DeadlineDefinition[]): number {
  return Math.max(0, ...deadlines.map(({ reference }) => (typeof reference === 'object' ? reference.maxRuns : 0)));
}

function referenceOf(
  reference: DeadlineOptions['reference'],
  timezone: string,
  say: (text: string) => never,
): DeadlineDefinition['reference'] {
  if (typeof reference === 'string') {
    return ['queuedAt', 'logicalDate'].includes(reference)
      ? reference
      : say(
          `there is no deadline reference '${reference as string}'; there are queuedAt, logicalDate, { fixed: … } and { averageRuntime: … }`,
        );
  }
  if ('averageRuntime' in reference) {
    const { maxRuns = 10, minRuns = maxRuns } = reference.averageRuntime;
    const right = [maxRuns, minRuns].every((count) => Number.isInteger(count) && count >= 1) && minRuns <= maxRuns;
    if (right) return { maxRuns, minRuns };
    say(
      `the deadline's averageRuntime takes maxRuns ${maxRuns} and minRuns ${minRuns}; use whole numbers from 1, and no more for minRuns than for maxRuns`,
    );
  }
  return (
    dateBound(reference.fixed, timezone) ??
    say(
      `the deadline's fixed reference is ${String(reference.fixed)}, which is no date; write one like 2026-03-01T06:00Z`,
    )
  );
}
