import type { OffsetSpan } from './offsets.ts';

/**
 * Sets of offsets as runs: sorted, disjoint, none empty, none touching the next. Every function here takes and gives
 * that form, so that two equal sets are equal arrays.
 */
export type OffsetSpans = readonly OffsetSpan[];

/** Spans in any order, overlapping or empty, as a proper set. */
export function normalSpans(spans: Iterable<OffsetSpan>): OffsetSpan[] {
  const sorted = [...spans].filter(({ from, to }) => from < to).toSorted((a, b) => a.from - b.from);
  const normal: { from: number; to: number }[] = [];
  for (const { from, to } of sorted) {
    const last = normal.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else normal.push({ from, to });
  }
  return normal;
}

/** Single offsets, in any order, as a set. */
export function spansOfOffsets(offsets: Iterable<number>): OffsetSpan[] {
  const spans: OffsetSpan[] = [];
  for (const offset of offsets) spans.push({ from: offset, to: offset + 1 });
  return normalSpans(spans);
}

/** Offsets that are in one of two sets. */
export function unionOfSpans(a: OffsetSpans, b: OffsetSpans): OffsetSpan[] {
  return normalSpans([...a, ...b]);
}

/** The part of a set that lies in [from, to). */
export function clipSpans(spans: OffsetSpans, within: OffsetSpan): OffsetSpan[] {
  return normalSpans(spans.map(({ from, to }) => ({ from: Math.max(from, within.from), to: Math.min(to, within.to) })));
}

/** Offsets of [from, to) that are not in a set. */
export function complementOfSpans(spans: OffsetSpans, within: OffsetSpan): OffsetSpan[] {
  const rest: OffsetSpan[] = [];
  let at = within.from;
  for (const { from, to } of clipSpans(spans, within)) {
    if (at < from) rest.push({ from: at, to: from });
    at = to;
  }
  if (at < within.to) rest.push({ from: at, to: within.to });
  return rest;
}

/** Offsets of one set that are not in another. */
export function subtractSpans(spans: OffsetSpans, others: OffsetSpans): OffsetSpan[] {
  const within = { from: spans[0]?.from ?? 0, to: spans.at(-1)?.to ?? 0 };
  return complementOfSpans(unionOfSpans(complementOfSpans(spans, within), others), within);
}

/** How many offsets a set has. */
export function countOffsets(spans: OffsetSpans): number {
  return spans.reduce((sum, { from, to }) => sum + (to - from), 0);
}

/** A set as text: `0-49,57` are the offsets 0 to 49, both included, and 57; the empty set is the empty text. */
export function formatSpans(spans: OffsetSpans): string {
  return spans.map(({ from, to }) => (to - from === 1 ? `${from}` : `${from}-${to - 1}`)).join(',');
}

/** Reads what {@link formatSpans} wrote; `undefined` when the text is not that of a proper set. */
export function parseSpans(text: string): OffsetSpan[] | undefined {
  if (text === '') return [];
  const spans: OffsetSpan[] = [];
  for (const part of text.split(',')) {
    const match = /^(0|[1-9]\d{0,15})(?:-([1-9]\d{0,15}))?$/.exec(part);
    if (match === null) return undefined;
    const from = Number(match[1]);
    const to = (match[2] === undefined ? from : Number(match[2])) + 1;
    const last = spans.at(-1);
    const isProper = Number.isSafeInteger(to) && from < to && (last === undefined || last.to < from);
    if (!isProper || (match[2] !== undefined && to - from === 1)) return undefined;
    spans.push({ from, to });
  }
  return spans;
}
