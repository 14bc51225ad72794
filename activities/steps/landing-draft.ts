import type { OffsetSpan } from '../../pipeline/landing/offsets.ts';
import { recordObjection, writeLine } from '../../pipeline/landing/record-check.ts';
import type { IncomingRecord } from '../kafka/port.ts';
import type { LandingDraft, QuarantinedRecord } from '../s3/port.ts';

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
  /** Bytes of an object's lines; and of its bad records, for they are kept in memory as well. */
  readonly objectBytes: number;
  /** Bytes of a record that still becomes a line. */
  readonly recordBytes: number;
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
export function createDraftBuilder(place: DraftPlace, start: number, limits: ObjectLimits): DraftBuilder {
  const quarantined: QuarantinedRecord[] = [];
  const missing: { from: number; to: number }[] = [];
  let lines = Buffer.alloc(0);
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
  const room = (bytes: number): void => {
    if (length + bytes <= lines.length) return;
    // Few objects of a topic are much larger than the first; a quarter of the limit spares small topics the whole.
    const grown = Math.max(length + bytes, Math.min(limits.objectBytes, Math.max(lines.length * 4, 65_536)));
    const larger = Buffer.allocUnsafeSlow(grown);
    lines.copy(larger, 0, 0, length);
    lines = larger;
  };

  return {
    get next() {
      return next;
    },
    get taken() {
      return records + quarantined.length;
    },

    take(record) {
      const { offset, value } = record;
      const objection = recordObjection(value, limits);
      const bytes = value === null ? 0 : value.length + 1;
      const taken = records + quarantined.length;
      const filled = objection === undefined ? length : badBytes;
      if (taken >= limits.objectRecords || (taken > 0 && filled + bytes > limits.objectBytes)) return false;
      skip(next, offset);
      next = offset + 1;
      if (objection === undefined && value !== null) {
        room(bytes);
        length = writeLine(value, lines, length);
        records += 1;
      } else {
        skip(offset, next);
        badBytes += bytes;
        quarantined.push({
          topic: place.topic,
          partition: place.partition,
          offset,
          reason: objection?.reason ?? 'null_value',
          detail: objection?.detail ?? '',
          key: record.key && Buffer.from(record.key),
          value: value && Buffer.from(value),
          timestamp: record.timestamp,
        });
      }
      return true;
    },

    close(end) {
      skip(next, end);
      const missed: readonly OffsetSpan[] = missing;
      return { ...place, start, next: end, lines: lines.subarray(0, length), records, missing: missed, quarantined };
    },
  };
}
