import { durationMs } from '../../dag/duration.ts';
import { failTask } from '../engine/failures.ts';

/** A duration that an operator was given, in milliseconds. One that is none, or 0, fails the task: no try would mend it. */
export function millisecondsOf(name: string, text: string): number {
  const ms = durationMs(text);
  if (ms === undefined) failTask(`${name} is '${text}'; write a number and a unit, for example '2 minutes'`);
  if (ms === 0) failTask(`${name} is 0; it is at least 1 millisecond`);
  return ms;
}
