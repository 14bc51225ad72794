const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });

/** Shown where there is no value. */
export const absent = '–';

/** A number with thousands separators and at most one decimal: `12,345.5`. */
export function formatNumber(value: number): string {
  return whole.format(value);
}

/** A number in the least room, for axes and labels in charts: `1.2M`. */
export function formatShort(value: number): string {
  return short.format(value).replace('K', 'k');
}

/** Bytes in decimal units: `3.4 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${whole.format(bytes / 1000 ** step)} ${units[step]}`;
}

/** An ISO 8601 time as people read it, in UTC: `2026-11-20 00:00 UTC`, with seconds where there are some; other text stays as it is. */
export function formatTime(iso: string): string {
  const clock = utcClock(iso);
  return clock === undefined ? iso : `${clock} UTC`;
}

/** A span of two times, in UTC: `2026-11-20 00:00 to 2026-11-21 00:00 UTC`. */
export function formatSpan(start: string, end: string): string {
  return `${utcClock(start) ?? start} to ${formatTime(end)}`;
}

function utcClock(iso: string): string | undefined {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return undefined;
  return time.toISOString().slice(0, 19).replace('T', ' ').replace(/:00$/, '');
}

/** Words as a list in a sentence: `a`, `a and b`, `a, b and c`; past `most` the rest is counted. */
export function formatList(words: readonly string[], most = 4): string {
  if (words.length > most) return `${words.slice(0, most - 1).join(', ')} and ${words.length - most + 1} more`;
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

/** A noun with its number: `1 country`, `2 countries`. */
export function formatCount(value: number, one: string, many = `${one}s`): string {
  return `${formatNumber(value)} ${value === 1 ? one : many}`;
}
