const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] as const;
const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/** A field of a cron: its bounds and its words. */
export interface CronField {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly words: Readonly<Record<string, number>>;
}

/** The six fields. Sunday is 0, and may be written 7. */
export const cronFields = {
  second: { name: 'second', low: 0, high: 59, words: {} },
  minute: { name: 'minute', low: 0, high: 59, words: {} },
  hour: { name: 'hour', low: 0, high: 23, words: {} },
  day: { name: 'day of month', low: 1, high: 31, words: {} },
  month: { name: 'month', low: 1, high: 12, words: Object.fromEntries(monthNames.map((name, at) => [name, at + 1])) },
  weekday: { name: 'day of week', low: 0, high: 6, words: Object.fromEntries(dayNames.map((name, at) => [name, at])) },
} as const satisfies Readonly<Record<string, CronField>>;

/** What is wrong with a cron, in words that end a sentence. */
export class CronError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CronError';
  }
}

/** What a field says: its numbers, ascending, all of them where there is a star; and `l`, the last day of the month. */
export interface FieldValues {
  readonly values: readonly number[];
  readonly others: readonly 'l'[];
  readonly star: boolean;
}

/** Reads a field, in small letters, as croniter does. Throws {@link CronError}. */
export function valuesOf(text: string, field: CronField): FieldValues {
  const isDay = field === cronFields.day;
  if (text === '*' || (text === '?' && (isDay || field === cronFields.weekday))) {
    return { values: range(field.low, field.high, 1), others: [], star: true };
  }
  const found = new Set<number>();
  const parts = text.split(',');
  for (const part of parts) {
    if (part === '*') for (const value of range(field.low, field.high, 1)) found.add(value);
    else if (part !== 'l' || !isDay) for (const value of partValues(part, field)) found.add(value);
  }
  return {
    values: [...found].toSorted((a, b) => a - b),
    others: isDay && parts.includes('l') ? ['l'] : [],
    star: parts.includes('*'),
  };
}

function partValues(part: string, field: CronField): readonly number[] {
  const match = /^(?:(\*)|([^-/]+?)(?:-([^-/]+))?)(?:\/(\d+))?$/.exec(part);
  if (match === null) throw wrong(part, field);
  const [, star, from, to, stepText] = match;
  const step = stepText === undefined ? 1 : Number(stepText);
  if (step === 0) throw new CronError(`has ${part} as ${field.name}: a step is at least 1`);
  if (star !== undefined || from === undefined) return range(field.low, field.high, step);
  const low = valueOf(from, field);
  if (to === undefined) return stepText === undefined ? [low] : range(low, field.high, step);
  const high = field === cronFields.day && to === 'l' ? field.high : valueOf(to, field);
  // By croniter a range from a value to itself is the whole cycle.
  if (low === high) return range(field.low, field.high, step);
  return low < high ? range(low, high, step) : around(low, high, step, field);
}

/** A range past the end of the field: 22-2 is 22, 23, 0, 1, 2. With a step it is croniter's, which starts over one later. */
function around(low: number, high: number, step: number, field: CronField): readonly number[] {
  const first = range(low, field.high, step);
  const last = first.at(-1) ?? low;
  const left = field.high - last;
  const skip = last - field.low + step > field.high - field.low + 1 && left < step ? step - left : 0;
  return [...first, ...range(field.low + skip, high, step)];
}

function valueOf(text: string, field: CronField): number {
  if (!/^\d+$/.test(text) && field.words[text] === undefined) throw wrong(text, field);
  const value = field.words[text] ?? Number(text);
  if (field === cronFields.weekday && value === 7) return 0;
  if (value < field.low || value > field.high) {
    throw new CronError(`has ${text} as ${field.name}, which goes from ${field.low} to ${field.high}`);
  }
  return value;
}

function wrong(part: string, field: CronField): CronError {
  return new CronError(`has ${part} as ${field.name}, which is no cron field`);
}

function range(low: number, high: number, step: number): number[] {
  const found: number[] = [];
  for (let value = low; value <= high; value += step) found.push(value);
  return found;
}
