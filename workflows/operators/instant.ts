import { failTask } from '../engine/failures.ts';

/** An instant that an operator was given: a Date, or ISO 8601 text with its offset. Anything else fails the task. */
export function instantOf(instant: Date | string): Date {
  const at = new Date(instant);
  const placed = instant instanceof Date || /(Z|[+-]\d\d:\d\d)$/.test(instant);
  if (Number.isNaN(at.getTime()) || !placed) {
    failTask(`'${String(instant)}' is no instant; write one with its offset, for example 2026-03-01T06:00:00Z`);
  }
  return at;
}
