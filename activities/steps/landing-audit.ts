import { countOffsets } from '../../pipeline/landing/offset-spans.ts';
import type { LandingZone } from '../s3/port.ts';
import type { LandingRange } from './contract.ts';
import { createLandingTally } from './landing-tally.ts';

/** How thorough an audit is. */
export interface AuditOptions {
  /** Read every object through and compare hash and lines with its metadata; else keys, metadata and quarantine alone. */
  readonly bytes: boolean;
  readonly signal?: AbortSignal;
  /** Told of each object that was checked. */
  readonly onObject?: (key: string) => void;
}

/** What an audit found in the bucket; every offset is a record, quarantined, absent or lost. */
export interface LandingAudit {
  readonly objects: number;
  readonly offsets: number;
  readonly records: number;
  readonly quarantined: number;
  /** Offsets that the log had no record at, or from before the chain began. */
  readonly absent: number;
  /** Offsets that retention took and an operator gave up. */
  readonly lost: number;
}

/**
 * Proves from the bucket alone that the objects of each range tile its offsets, every offset in exactly one object, and
 * that each object's metadata agree with themselves and with the bad records in quarantine; with `bytes`, that the lines are
 * there as well.
 * Throws `corrupt`, in words, at the first thing that is not so. Reads only.
 */
export async function auditLanding(
  zone: LandingZone,
  ranges: readonly LandingRange[],
  options: AuditOptions,
): Promise<LandingAudit> {
  const sum = { objects: 0, offsets: 0, records: 0, quarantined: 0, absent: 0, lost: 0 };
  for (const range of ranges) {
    const tally = createLandingTally(range);
    for await (const object of zone.objects(range.topic, range.partition, range.from, range.to, options.signal)) {
      await (options.bytes ? zone.check(object, options.signal) : zone.checkQuarantine(object, options.signal));
      tally.add(object);
      if (object.lost !== undefined) {
        const within = { from: Math.max(object.start, range.from), to: Math.min(object.next, range.to) };
        sum.lost += countOffsets([within]);
      }
      options.onObject?.(object.key);
    }
    const { objects, records, quarantined } = tally.result();
    sum.objects += objects;
    sum.offsets += range.to - range.from;
    sum.records += records;
    sum.quarantined += quarantined;
  }
  return { ...sum, absent: sum.offsets - sum.records - sum.quarantined - sum.lost };
}
