import { isUtf8 } from 'node:buffer';
import { isFlatObject, lineBytes, type LineBytes } from '../../pipeline/landing/flat-object.ts';
import type { OffsetSpan } from '../../pipeline/landing/offsets.ts';
import { endLine, recordObjection } from '../../pipeline/landing/record-check.ts';
import type { Objection } from '../../pipeline/quarantine.ts';
import type { IncomingRecord } from '../kafka/port.ts';
import type { LandingDraft, QuarantinedRecord } from '../s3/port.ts';

const lineFeed = 0x0a;

/** Where a draft belongs. */
export interface DraftPlace {
  readonly topic: string;
  readonly partition: number;
  readonly runId: string;
}

/** How large an object may get, and a record. */
export interface ObjectLimits {
  /** Records of an object, bad ones included. */
  readonly objectRecords: number;
  /** Bytes of an object's lines; and of its bad records, keys and values, for they are kept in memory as well. */
  readonly objectBytes: number;
  /** Bytes of a record that still becomes a line. */
  readonly recordBytes: number;
}

/**
 * Memory for the lines of an object. It grows to what an object needs and is used again for a later one, once the
 * earlier one has been stored: fresh memory for each costs more than filling it.
 */
export interface LineMemory {
  lines: LineBytes;
}

/** Memory to begin with: most topics of a quiet day need no more. */
export function lineMemory(): LineMemory {
  return { lines: lineBytes(64 * 1024) };
}

/** An object that is being filled, record by record, in the order of their offsets. */
export interface DraftBuilder {
  /** Offset after the last record taken. */
  readonly next: number;
  /** Records taken, bad ones included. */
  readonly taken: number;
  /** Takes a record; `false` when the object has no room for it and must be closed first. An empty object takes any. */
  take(record: IncomingRecord): boolean;
  /** The draft of [start, next). `next` may lie behind the last record: the log has gaps. Ends the builder's use. */
  close(next: number): LandingDraft;
}

/**
 * Fills one object from `start` on. Good values are copied once, next to each other, so that the client's fetch buffers
 * are free at once; all other work on the bytes (hash, upload) is on the whole.
 */
export function createDraftBuilder(
  place: DraftPlace,
  start: number,
  limits: ObjectLimits,
  memory: LineMemory = lineMemory(),
): DraftBuilder {
  const quarantined: QuarantinedRecord[] = [];
  const missing: { from: number; to: number }[] = [];
  let length = 0;
  let records = 0;
  let badBytes = 0;
  let next = start;

  const skip = (from: number, to: number): void => {
    if (from >= to) return;
    const last = missing.at(-1);
    if (last?.to === from) last.to = to;
    else missing.push({ from, to });
  };
  const makeRoom = (bytes: number): void => {
    const { bytes: old } = memory.lines;
    if (length + bytes <= old.length) return;
    const larger = lineBytes(Math.max(length + bytes, Math.min(limits.objectBytes, old.length * 4)));
    old.copy(larger.bytes, 0, 0, length);
    memory.lines = larger;
  };
  /** Appends a value as a line; says why not, where it cannot be one. */
  const append = (value: Buffer | null): Objection | undefined => {
    if (value === null || value.length > limits.recordBytes) return recordObjection(value, limits);
    makeRoom(value.length + 1);
    const { lines } = memory;
    const end = length + value.length;
    lines.bytes.set(value, length);
    if (isUtf8(value) && isFlatObject(lines, length, end)) {
      lines.bytes[end] = lineFeed;
    } else {
      const objection = recordObjection(value, limits);
      if (objection !== undefined) return objection;
      endLine(lines.bytes, length, end);
    }
    length = end + 1;
    records += 1;
    return undefined;
  };

  return {
    get next() {
      return next;
    },
    get taken() {
      return records + quarantined.length;
    },

    take(record) {
      const { offset, key, value } = record;
      const lineLength = value === null ? 0 : value.length + 1;
      // What it takes when it is bad, which is not known yet: a tombstone's key may be as large as any value.
      const kept = (key?.length ?? 0) + (value?.length ?? 0);
      const taken = records + quarantined.length;
      if (taken >= limits.objectRecords) return false;
      const isFull = length + lineLength > limits.objectBytes || badBytes + kept > limits.objectBytes;
      if (taken > 0 && isFull) return false;
      skip(next, offset);
      next = offset + 1;
      const objection = append(value);
      if (objection === undefined) return true;
      skip(offset, next);
      badBytes += kept;
      quarantined.push({
        topic: place.topic,
        partition: place.partition,
        offset,
        ...objection,
        key: key && Buffer.from(key),
        value: value && Buffer.from(value),
        timestamp: record.timestamp,
      });
      return true;
    },

    close(end) {
      skip(next, end);
      const missed: readonly OffsetSpan[] = missing;
      return {
        ...place,
        start,
        next: end,
        lines: memory.lines.bytes.subarray(0, length),
        records,
        missing: missed,
        quarantined,
      };
    },
  };
}
