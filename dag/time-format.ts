const day = 86_400_000;

/** Keys of partitions as Airflow writes them: `2026-03-10T09:00:00`. */
export const defaultKeyFormat = '%Y-%m-%dT%H:%M:%S';

/** What a directive says of a wall time, and, where a time can be read from it, how many digits it has. */
interface Directive {
  readonly text: (wall: Date) => string;
  readonly digits?: number;
}

const padded = (number: number, digits = 2): string => String(number).padStart(digits, '0');

/** Directives of strftime, of which keys are made. Those with digits are read, too. */
const directives: Readonly<Record<string, Directive>> = {
  '%Y': { digits: 4, text: (wall) => padded(wall.getUTCFullYear(), 4) },
  '%m': { digits: 2, text: (wall) => padded(wall.getUTCMonth() + 1) },
  '%d': { digits: 2, text: (wall) => padded(wall.getUTCDate()) },
  '%H': { digits: 2, text: (wall) => padded(wall.getUTCHours()) },
  '%M': { digits: 2, text: (wall) => padded(wall.getUTCMinutes()) },
  '%S': { digits: 2, text: (wall) => padded(wall.getUTCSeconds()) },
  '%j': { text: (wall) => padded(Math.floor((wall.getTime() - Date.UTC(wall.getUTCFullYear(), 0)) / day) + 1, 3) },
  '%G': { text: (wall) => padded(thursdayOf(wall).getUTCFullYear(), 4) },
  '%V': { text: (wall) => padded(isoWeekOf(wall)) },
  '{quarter}': { digits: 1, text: (wall) => String(quarterOf(wall) + 1) },
};

/** The Thursday of a day's ISO week: its year is the week's. */
function thursdayOf(wall: Date): Date {
  return new Date(wall.getTime() + (3 - ((wall.getUTCDay() + 6) % 7)) * day);
}

function isoWeekOf(wall: Date): number {
  const thursday = thursdayOf(wall);
  return Math.floor((thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0)) / day / 7) + 1;
}

/** From 0. */
function quarterOf(wall: Date): number {
  return Math.floor(wall.getUTCMonth() / 3);
}

function partsOf(format: string): readonly string[] {
  return format.match(/%.|\{quarter\}|[^%{]+|./gsu) ?? [];
}

/** What is wrong with a format, in words for the end of a sentence; `undefined` when nothing is. `isRead`: whether times are read by it. */
export function formatProblem(format: string, isRead = false): string | undefined {
  const parts = partsOf(format);
  const unknown = parts.find((part) => part.startsWith('%') && part !== '%%' && directives[part] === undefined);
  const known = Object.keys(directives).join(' ');
  if (unknown !== undefined) return `the format '${format}' has ${unknown}; there are ${known}`;
  const used = parts.filter((part) => directives[part] !== undefined);
  if (used.length === 0) return `the format '${format}' says nothing of the time; there are ${known}`;
  if (!isRead) return undefined;
  const twice = used.find((part, at) => used.indexOf(part) < at);
  if (twice !== undefined) return `the format '${format}' has ${twice} twice, so a time cannot be read by it`;
  if (!used.includes('%Y')) return `the format '${format}' has no %Y, so a time cannot be read by it`;
  return undefined;
}

/** Writes a wall time (as if it were UTC, in epoch milliseconds) as a format says. */
export function writeWall(format: string, wall: number): string {
  const at = new Date(wall);
  return partsOf(format)
    .map((part) => (part === '%%' ? '%' : (directives[part]?.text(at) ?? part)))
    .join('');
}

/**
 * Reads a wall time from a text that a format may have written; `undefined` for any other text. What the format does not say is the
 * first of its kind: of a month its first day, of a day its midnight. Directives that no time is read from may stand for anything.
 */
export function readWall(format: string, text: string): number | undefined {
  const found: Record<string, number> = {};
  const names: string[] = [];
  const pattern = partsOf(format).map((part) => {
    const { digits } = directives[part] ?? {};
    if (digits !== undefined) {
      names.push(part);
      return `(\\d{${digits}})`;
    }
    return directives[part] === undefined ? escaped(part === '%%' ? '%' : part) : '\\d+';
  });
  const [whole, ...values] = new RegExp(`^${pattern.join('')}$`, 'u').exec(text) ?? [];
  if (whole === undefined) return undefined;
  for (const [at, name] of names.entries()) found[name] = Number(values[at]);
  const month = found['%m'] ?? ((found['{quarter}'] ?? 1) - 1) * 3 + 1;
  const wall = new Date(0);
  wall.setUTCFullYear(found['%Y'] ?? 1970, month - 1, found['%d'] ?? 1);
  wall.setUTCHours(found['%H'] ?? 0, found['%M'] ?? 0, found['%S'] ?? 0);
  // The 30th of February, or hour 25, would else be another time: what was read has to be written again.
  const isReal = names.every((name) => Number(directives[name]?.text(wall)) === found[name]);
  return isReal ? wall.getTime() : undefined;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}

/** Stretches of the calendar in which time keys are kept, with the shortest first. */
export const calendarUnits = ['minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const;

/** A stretch of the calendar; weeks begin on Monday. */
export type CalendarUnit = (typeof calendarUnits)[number];

/** The beginning of the stretch of the calendar that a wall time is in, or of one so many after it. */
export function startOfUnit(unit: CalendarUnit, wall: number, after = 0): number {
  const at = new Date(wall);
  const [year, month, date] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  switch (unit) {
    case 'minute':
      return at.setUTCMinutes(at.getUTCMinutes() + after, 0, 0);
    case 'hour':
      return at.setUTCHours(at.getUTCHours() + after, 0, 0, 0);
    case 'day':
    case 'week':
      at.setUTCHours(0, 0, 0, 0);
      return unit === 'day'
        ? at.setUTCDate(date + after)
        : at.setUTCDate(date - ((at.getUTCDay() + 6) % 7) + 7 * after);
    case 'month':
    case 'quarter':
    case 'year':
    default: {
      const months = { month: 1, quarter: 3, year: 12 }[unit];
      at.setUTCHours(0, 0, 0, 0);
      return at.setUTCFullYear(year, month - (month % months) + months * after, 1);
    }
  }
}
