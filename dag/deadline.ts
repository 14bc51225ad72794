import { callbackList, type Callbacks } from './callbacks.ts';
import { dateBound } from './date-bound.ts';
import type { DeadlineDefinition, DeadlineEvent } from './definition.ts';
import { durationMs, type Duration } from './duration.ts';

/** By when a run is to have ended, and whom to tell when it has not (Airflow's DeadlineAlert). */
export interface DeadlineOptions {
  /**
   * What the interval is counted from, by Airflow's names: when the run was queued, its logical date, or a fixed instant (a
   * Date, or ISO text; text without an offset is read on the clocks of the schedule's time zone).
   */
  readonly reference: 'queuedAt' | 'logicalDate' | { readonly fixed: Date | string };
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

/** The instant of a deadline, epoch milliseconds. */
export function deadlineAt(
  { reference, interval }: DeadlineDefinition,
  run: { readonly queuedAt: Date; readonly logicalDate: Date },
): number {
  return (typeof reference === 'number' ? reference : run[reference].getTime()) + interval;
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
          `there is no deadline reference '${reference as string}'; there are queuedAt, logicalDate and { fixed: … }`,
        );
  }
  return (
    dateBound(reference.fixed, timezone) ??
    say(
      `the deadline's fixed reference is ${String(reference.fixed)}, which is no date; write one like 2026-03-01T06:00Z`,
    )
  );
}
