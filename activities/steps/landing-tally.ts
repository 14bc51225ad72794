import { clipSpans, countOffsets } from '../../pipeline/landing/offset-spans.ts';
import type { LandedObject } from '../s3/port.ts';
import type { LandedPartition, LandingRange } from './contract.ts';

/** Counts what a range has in the chain. */
export interface LandingTally {
  /** Counts the part of an object that lies in the range. Every object once. */
  add(object: LandedObject): void;
  result(): LandedPartition;
}

/**
 * A tally of one range. Objects do not heed the ranges of runs, so of an object that begins before the range or ends
 * after it only the lines of the range count: its gaps say which offsets have one. `bytes` are those of whole objects.
 */
export function createLandingTally(range: LandingRange): LandingTally {
  let objects = 0;
  let records = 0;
  let quarantined = 0;
  let bytes = 0;
  return {
    add(object) {
      const within = { from: Math.max(object.start, range.from), to: Math.min(object.next, range.to) };
      if (within.from >= within.to) return;
      objects += 1;
      bytes += object.size;
      records += within.to - within.from - countOffsets(clipSpans(object.missing, within));
      quarantined += countOffsets(clipSpans(object.quarantinedOffsets, within));
    },
    result() {
      const { topic, partition, from, to } = range;
      return { topic, partition, from, to, objects, records, quarantined, bytes };
    },
  };
}
