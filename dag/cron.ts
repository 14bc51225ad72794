import { cronFields, CronError, valuesOf, type FieldValues } from './cron-field.ts';

/** Names for common crons, as Airflow and croniter know them. */
const presets: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@quarterly': '0 0 1 */3 *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};

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
  /** The working day nearest to this day of the month (`15W`); then there are no other days. */
  readonly nearestWeekday: number | null;
  readonly months: readonly number[];
  /** 0 = Sunday. Empty where the n-th ones are meant. */
  readonly weekdays: readonly number[];
  readonly nthWeekdays: readonly NthWeekday[];
  /** Whether day of month and day of week say anything at all. When both do, a day that fits one of them will do. */
  readonly anyDay: boolean;
  readonly anyWeekday: boolean;
  readonly everyHour: boolean;
}

/** Reads a preset or a cron, not whether it ever comes. Throws {@link CronError}. */
export function parseCron(expression: string): Cron {
  const text = presets[expression] ?? expression.toLowerCase();
  const parts = (presets[text] ?? text).match(/[^ \t\n\r\f\v]+/g) ?? [];
  const [minute, hour, day, month, weekday, second = '0'] = parts;
  if (parts.length > 6 || !minute || !hour || !day || !month || !weekday) throw new CronError(fieldsProblem(parts));
  const minutes = valuesOf(minute, cronFields.minute);
  const hours = valuesOf(hour, cronFields.hour);
  const months = valuesOf(month, cronFields.month);
  const nearest = nearestWeekday(day);
  const days = nearest === null ? valuesOf(day, cronFields.day) : { values: [nearest], others: [], star: false };
  const { nth, plain } = weekdaysOf(weekday);
  return {
    expression: presets[expression] ?? expression,
    seconds: valuesOf(second, cronFields.second).values,
    minutes: minutes.values,
    hours: hours.values,
    days: nearest === null ? days.values : [],
    lastDay: days.others.includes('l'),
    nearestWeekday: nearest,
    months: months.values,
    weekdays: plain.values,
    nthWeekdays: nth,
    // A full list counts as `*` only beside a field with a `*`, by croniter's letter: `0 0 1-31 * 1` is every day.
    anyDay: days.star || (isFull(days, 31) && weekday.includes('*')),
    anyWeekday: plain.star || (isFull(plain, 7) && day.includes('*')),
    everyHour: hours.values.length === 24 && (!hours.star || hour === '*'),
  };
}

function fieldsProblem(parts: readonly string[]): string {
  if (parts[0] === '@once' || parts[0] === '@continuous') {
    return `is no cron: write ${parts[0].slice(1)}() as schedule`;
  }
  const years = parts.length === 7 ? '; say years by startDate and endDate' : '';
  return `has ${parts.length} fields; write 5 (minute hour day month weekday) or a preset: ${Object.keys(presets).join(', ')}${years}`;
}

function isFull({ values, others }: FieldValues, size: number): boolean {
  return values.length + others.length === size;
}

function nearestWeekday(text: string): number | null {
  const parts = text.split(',');
  const day = parts.map((part) => /^(?:(\d+)w|w(\d+))$/.exec(part)).find((match) => match !== null);
  if (day === undefined) return null;
  if (parts.length > 1) throw new CronError(`has ${text} as day of month: W stands alone`);
  const value = Number(day[1] ?? day[2]);
  if (value < 1 || value > 31) throw new CronError(`has ${text} as day of month, which goes from 1 to 31`);
  return value;
}

/** Weekdays in general, or the n-th ones (`5#3`, `mon-fri#1`) and last ones (`L5`) of a month: one or the other. */
function weekdaysOf(text: string): { readonly plain: FieldValues; readonly nth: readonly NthWeekday[] } {
  const none: FieldValues = { values: [], others: [], star: false };
  const plain: string[] = [];
  const nth: NthWeekday[] = [];
  for (const part of text.split(',')) {
    const numbered = /^([a-z]{3}-[a-z]{3}|\w+)#(\d+)$/.exec(part);
    const last = /^l(\d+)$/.exec(part);
    if (numbered?.[1] === undefined && last?.[1] === undefined) {
      plain.push(part);
      continue;
    }
    const which: NthWeekday['nth'] = last === null ? Number(numbered?.[2]) : 'last';
    if (which !== 'last' && !(which >= 1 && which <= 5)) {
      throw new CronError(`has ${part} as day of week: only #1 to #5 exist`);
    }
    const days = valuesOf(last?.[1] ?? numbered?.[1] ?? '', cronFields.weekday);
    nth.push(...days.values.map((weekday) => ({ weekday, nth: which })));
  }
  if (plain.length === 0) return { plain: none, nth };
  const read = valuesOf(plain.join(','), cronFields.weekday);
  if (nth.length === 0) return { plain: read, nth };
  const also = read.values.filter((weekday) => !nth.some((one) => one.weekday === weekday));
  if (also.length > 0) {
    throw new CronError(`has ${text} as day of week: weekdays and n-th weekdays do not go together; use several crons`);
  }
  return { plain: none, nth };
}
