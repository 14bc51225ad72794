import type { Snapshot } from '../../pipeline/delta/snapshot.ts';
import { AdapterError } from '../shared/adapter-error.ts';
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

/**
 * Refuses ranges of a topic for a table that was made of another one: a position is (partition, offset), so of two topics'
 * rows nobody could tell the newer. Names of progress end with a partition, those of runs with a table.
 */
function refuseOtherTopic(snapshot: Snapshot | undefined, ranges: readonly Pick<CleanRange, 'topic'>[]): void {
  const names = [...(snapshot?.txns.keys() ?? [])].flatMap((id) => /^(.+)\/\d+$/.exec(id)?.[1] ?? []);
  for (const { topic } of ranges) {
    const other = names.find((name) => name !== topic);
    if (other === undefined) continue;
    throw new AdapterError(
      `the bucket's table is made of the topic ${other}, and positions in ${topic} do not tell which of two rows is the ` +
        'newer: nothing was changed. A bucket is for one TW_USER: give the new one a bucket of its own (TW_S3_BUCKET)',
      { system: 'delta', code: 'invalid' },
    );
  }
}

/** The offset up to which a table has absorbed a topic partition; 0 when it never did. */
export function absorbed(snapshot: Snapshot | undefined, place: Pick<CleanRange, 'topic' | 'partition'>): number {
  return snapshot?.txns.get(progressId(place)) ?? 0;
}

/**
 * What a run cleans: its own ranges, and before them what the table lacks up to there, since a run may have landed and then failed.
 * In the order of partitions. An old run done again takes its old ranges again; their rows are too old to win.
 * Throws `invalid` when the table is another topic's.
 */
export function cleanRanges(snapshot: Snapshot | undefined, landed: LandResult): CleanRange[] {
  refuseOtherTopic(snapshot, landed.partitions);
  return landed.partitions
    .map(({ topic, partition, from, to }) => ({
      topic,
      partition,
      from: Math.min(from, absorbed(snapshot, { topic, partition })),
      to,
    }))
    .toSorted((a, b) => a.partition - b.partition);
}

/**
 * How far the table has got with a commit of these ranges. Never less than it had. Throws `invalid` when the table has
 * become another topic's since.
 */
export function progressOf(
  snapshot: Snapshot | undefined,
  ranges: readonly CleanRange[],
): { readonly appId: string; readonly version: number }[] {
  refuseOtherTopic(snapshot, ranges);
  return ranges.map((range) => ({
    appId: progressId(range),
    version: Math.max(absorbed(snapshot, range), range.to),
  }));
}
