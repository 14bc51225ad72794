import { InvalidArgumentError } from 'commander';
import { dateBound } from '../dag/date-bound.ts';

/** A date of a command line: ISO 8601, UTC unless it says otherwise. Throws InvalidArgumentError for any other text. */
export function dateOption(text: string): Date {
  // A manual run's logical date has milliseconds, which the bounds of a DAG never have.
  const [, whole, fraction = '0', offset = ''] = /^(.*:\d\d)\.(\d{1,3})(\D.*)?$/.exec(text) ?? [];
  const instant = dateBound(whole === undefined ? text : `${whole}${offset}`, 'UTC');
  if (instant === undefined) throw new InvalidArgumentError('write a date as 2026-03-01 or 2026-03-01T06:00:00Z');
  return new Date(instant + Number(fraction.padEnd(3, '0')));
}
