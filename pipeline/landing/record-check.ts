import { isUtf8 } from 'node:buffer';
import { objection, type Objection } from '../quarantine.ts';

/**
 * Levels of arrays and objects that a record may have. DuckDB's JSON reader dies of some ten thousand, Jackson (Spark)
 * refuses a thousand; the pipeline's own records have one.
 */
export const deepest = 128;

/** What a record is held to. */
export interface RecordLimits {
  /** Bytes of the value, at most. */
  readonly recordBytes: number;
}

/**
 * Says why a record's value cannot be a line of a landed object, or `undefined` when it can: one JSON object in UTF-8,
 * small enough, that every reader of JSON lines takes. A defect of one record is never an error of the batch.
 *
 * The grammar is `JSON.parse`'s. The text is given to it as Latin-1, which is a third faster and decides the same: in
 * valid UTF-8 every byte above 127 is part of a string's content, or wrong in both readings.
 */
export function recordObjection(value: Buffer | null, limits: RecordLimits): Objection | undefined {
  if (value === null) return objection('null_value');
  if (value.length > limits.recordBytes) {
    return objection('too_large', `${value.length} bytes, ${limits.recordBytes} at most`);
  }
  if (!isUtf8(value)) return objection('not_utf8');
  const text = value.toString('latin1');
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return objection('not_json');
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    return objection('not_an_object', kindOf(document));
  }
  if (isDeep(document)) return objection('too_deep', `more than ${deepest} levels`);
  if (text.includes('\\u') && hasLoneSurrogate(text)) return objection('lone_surrogate');
  return undefined;
}

function kindOf(document: unknown): string {
  if (document === null) return 'it is null';
  return Array.isArray(document) ? 'it is an array' : `it is a ${typeof document}`;
}

/** Whether a document has more than {@link deepest} levels. Most have one, and cost one look at each field. */
function isDeep(document: object): boolean {
  let level: object[] = [document];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > deepest) return true;
    const below: object[] = [];
    for (const container of level) {
      const children: readonly unknown[] = Array.isArray(container) ? container : Object.values(container);
      for (const child of children) if (typeof child === 'object' && child !== null) below.push(child);
    }
    level = below;
  }
  return false;
}

/** An escape of one half, with all backslashes before it, so that an escaped backslash is told from an escape. */
const halves = /(\\+)u(d[89a-f][0-9a-f]{2})/gi;

function hasLoneSurrogate(text: string): boolean {
  let openHighEnd = -1;
  for (const match of text.matchAll(halves)) {
    const [whole, backslashes = '', hex = ''] = match;
    if (backslashes.length % 2 === 0) continue;
    const escapeAt = match.index + backslashes.length - 1;
    const isHigh = /^d[89ab]/i.test(hex);
    const followsHigh = openHighEnd >= 0;
    const closesPair = !isHigh && escapeAt === openHighEnd;
    if (followsHigh ? !closesPair : !isHigh) return true;
    openHighEnd = isHigh ? match.index + whole.length : -1;
  }
  return openHighEnd >= 0;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;

/**
 * Ends the line of a good record whose value was written to bytes [from, to): a line feed at `to`, and spaces for line
 * ends within. In valid JSON those can only stand between tokens, so the document stays the same, and all other bytes
 * stay as they came.
 */
export function endLine(bytes: Buffer, from: number, to: number): void {
  for (let at = from; at < to; at += 1) {
    if (bytes[at] === lineFeed || bytes[at] === carriageReturn) bytes[at] = space;
  }
  bytes[to] = lineFeed;
}
