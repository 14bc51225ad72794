import type { Snapshot } from '../../pipeline/delta/snapshot.ts';
import type { LandResult } from './contract.ts';

/** Offsets [from, to) of a partition that a cleaning takes into its table. */
export interface CleanRange {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** Under which name a table records up to which offset it has absorbed a topic partition. */
function progressId({ topic, partition }: Pick<CleanRange, 'topic' | 'partition'>): string {
  return `${topic}/${partition}`;
}

/** The offset up to which a table has absorbed a topic partition; 0 when it never did. */
export function absorbed(snapshot: Snapshot | undefined, place: Pick<CleanRange, 'topic' | 'partition'>): number {
  return snapshot?.txns.get(progressId(place)) ?? 0;
}

/**
 * What a run cleans: its own ranges, and before them what the table lacks up to there, since a run may have landed and then failed.
 * In the order of partitions. An old run done again takes its old ranges again; their rows are too old to win.
 */
export function cleanRanges(snapshot: Snapshot | undefined, landed: LandResult): CleanRange[] {
  return landed.partitions
    .map(({ topic, partition, from, to }) => ({
      topic,
      partition,
      from: Math.min(from, absorbed(snapshot, { topic, partition })),
      to,
    }))
    .toSorted((a, b) => a.partition - b.partition);
}

/** How far the table has got with a commit of these ranges. Never less than it had. */
export function progressOf(
  snapshot: Snapshot | undefined,
  ranges: readonly CleanRange[],
): { readonly appId: string; readonly version: number }[] {
  return ranges.map((range) => ({
    appId: progressId(range),
    version: Math.max(absorbed(snapshot, range), range.to),
  }));
}
