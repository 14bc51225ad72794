/** Airflow's names for common crons. */
const presets: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@quarterly': '0 0 1 */3 *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] as const;
const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/** The n-th weekday of a month, for example the third Friday; `last` = the last one. */
export interface NthWeekday {
  readonly weekday: number;
  readonly nth: number | 'last';
}

/** A cron of five fields, or six with the seconds last, as croniter (and so Airflow) reads it. Values ascending. */
export interface Cron {
  readonly expression: string;
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[];
  /** The last day of the month (`L`) is among the days. */
  readonly lastDay: boolean;
  readonly months: readonly number[];
  /** 0 = Sunday. */
  readonly weekdays: readonly number[];
  readonly nthWeekdays: readonly NthWeekday[];
  /** Whether day of month and day of week say anything at all. When both do, a day that fits one of them will do. */
  readonly anyDay: boolean;
  readonly anyWeekday: boolean;
  readonly everyHour: boolean;
}

interface Field {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly names: readonly string[];
}

const fields = {
  second: { name: 'second', low: 0, high: 59, names: [] },
  minute: { name: 'minute', low: 0, high: 59, names: [] },
  hour: { name: 'hour', low: 0, high: 23, names: [] },
  day: { name: 'day of month', low: 1, high: 31, names: [] },
  month: { name: 'month', low: 1, high: 12, names: monthNames },
  weekday: { name: 'day of week', low: 0, high: 7, names: dayNames },
} as const satisfies Readonly<Record<string, Field>>;

/** What is wrong with a cron, in words that end a sentence. */
export class CronError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CronError';
  }
}

/** Reads a preset or a cron. Throws {@link CronError}. */
export function parseCron(expression: string): Cron {
  const text = presets[expression] ?? expression;
  const parts = text.trim().toLowerCase().split(/\s+/);
  const [minute, hour, day, month, weekday, second = '0'] = parts;
  if (parts.length > 6 || !minute || !hour || !day || !month || !weekday) {
    throw new CronError(
      `has ${parts.length} fields; write 5 (minute hour day month weekday) or a preset: ${presetList()}`,
    );
  }
  const minutes = valuesOf(minute, fields.minute);
  const hours = valuesOf(hour, fields.hour);
  const dayParts = day.split(',');
  const lastDay = dayParts.includes('l');
  const plainDays = dayParts.filter((part) => part !== 'l');
  const days = plainDays.length === 0 ? [] : valuesOf(plainDays.join(','), fields.day);
  const months = valuesOf(month, fields.month);
  const { plain, nth } = nthWeekdays(weekday);
  const weekdays = plain.length === 0 ? [] : valuesOf(plain.join(','), fields.weekday);
  const cron: Cron = {
    expression: text,
    seconds: valuesOf(second, fields.second),
    minutes,
    hours,
    days,
    lastDay,
    months,
    weekdays,
    nthWeekdays: nth,
    anyDay: days.length === 31,
    anyWeekday: weekdays.length === 7,
    everyHour: hours.length === 24,
  };
  if (cron.anyWeekday && !cron.anyDay && !lastDay && !canOccur(months, days)) {
    throw new CronError('never comes: no such day is in any of its months');
  }
  return cron;
}

function presetList(): string {
  return Object.keys(presets).join(', ');
}

const longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function canOccur(months: readonly number[], days: readonly number[]): boolean {
  return months.some((month) => days.some((day) => day <= (longest[month - 1] ?? 0)));
}

function nthWeekdays(text: string): { readonly plain: readonly string[]; readonly nth: readonly NthWeekday[] } {
  const plain: string[] = [];
  const nth: NthWeekday[] = [];
  for (const part of text.split(',')) {
    const numbered = /^([a-z]{3}|\d)#(.*)$/.exec(part);
    const last = /^l([a-z]{3}|\d)$/.exec(part);
    if (numbered?.[1] !== undefined) {
      const which = Number(numbered[2]);
      if (!(which >= 1 && which <= 5)) throw new CronError(`has ${part} as day of week: only #1 to #5 exist`);
      nth.push({ weekday: valueOf(numbered[1], fields.weekday) % 7, nth: which });
    } else if (last?.[1] !== undefined) {
      nth.push({ weekday: valueOf(last[1], fields.weekday) % 7, nth: 'last' });
    } else plain.push(part);
  }
  return { plain, nth };
}

function valuesOf(text: string, field: Field): number[] {
  const found = new Set<number>();
  for (const part of text.split(',')) for (const value of partValues(part, field)) found.add(value);
  return [...found].toSorted((a, b) => a - b);
}

function partValues(part: string, field: Field): number[] {
  const match = /^(\*|\?|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/(\d+))?$/.exec(part);
  if (match?.[1] === undefined) throw new CronError(`has ${part} as ${field.name}, which is no cron field`);
  const [, from, to, stepText] = match;
  const step = stepText === undefined ? 1 : Number(stepText);
  if (step < 1) throw new CronError(`has ${part} as ${field.name}: a step is at least 1`);
  // Sunday is 0 and 7; as the end of a full range it would count twice.
  const top = field === fields.weekday ? 6 : field.high;
  if (from === '*' || from === '?') {
    if (to !== undefined || (from === '?' && field !== fields.day && field !== fields.weekday)) {
      throw new CronError(`has ${part} as ${field.name}, which is no cron field`);
    }
    return range(field.low, top, step);
  }
  const low = valueOf(from, field);
  if (to === undefined) return (stepText === undefined ? [low] : range(low, top, step)).map((one) => fold(one, field));
  const high = valueOf(to, field);
  // A range may pass the end of the field: 22-2 is 22, 23, 0, 1, 2.
  const width = top - field.low + 1;
  return range(low, high >= low ? high : high + width, step).map((one) =>
    fold(one > field.high ? one - width : one, field),
  );
}

function fold(value: number, field: Field): number {
  return field === fields.weekday ? value % 7 : value;
}

function valueOf(text: string, field: Field): number {
  const named = field.names.indexOf(text);
  const value = named >= 0 ? named + (field === fields.month ? 1 : 0) : Number(text);
  if (!Number.isInteger(value) || value < field.low || value > field.high) {
    throw new CronError(`has ${text} as ${field.name}, which goes from ${field.low} to ${field.high}`);
  }
  return value;
}

function range(low: number, high: number, step: number): number[] {
  const found: number[] = [];
  for (let value = low; value <= high; value += step) found.push(value);
  return found;
}
