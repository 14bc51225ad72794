import { z } from 'zod';
import type { DataInterval } from './definition.ts';

/** Name of the memo of a run that was triggered for the data interval of another one: its value is an {@link IntervalText}. */
export const intervalMemo = 'tradewindInterval';

const intervalSchema = z.object({ start: z.iso.datetime(), end: z.iso.datetime() }).readonly();

/** A data interval in ISO 8601, UTC. */
export type IntervalText = z.infer<typeof intervalSchema>;

/** Reads the memo of a run; `undefined` for a run without one. Throws for a memo of another form. */
export function givenInterval(memo: unknown): DataInterval | undefined {
  if (memo === undefined) return undefined;
  const { start, end } = intervalSchema.parse(memo);
  return { start: new Date(start), end: new Date(end) };
}
