const units = {
  millisecond: 1,
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
} as const;

type Unit = keyof typeof units;

/** A length of time in words, for example `'2 minutes'` or `'1.5 hours'`. A day is 24 hours, whatever the clocks do. */
export type Duration = `${number} ${Unit | `${Unit}s`}`;

/** Milliseconds of a duration; `undefined` when the text is none, for what gets past the type. */
export function durationMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) (millisecond|second|minute|hour|day)s?$/.exec(text);
  if (match === null) return undefined;
  const ms = Number(match[1]) * units[match[2] as Unit];
  return Number.isFinite(ms) ? Math.round(ms) : undefined;
}

/** Milliseconds as people say them: `850 ms`, `4.2 s`, `3 min 5 s`, `2 h 10 min`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1_000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
