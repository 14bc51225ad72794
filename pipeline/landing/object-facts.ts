import { isTopicName } from './keys.ts';
import { clipSpans, countOffsets, formatSpans, parseSpans, type OffsetSpans } from './offset-spans.ts';
import type { OffsetSpan } from './offsets.ts';

/** Offsets of an object's range that have no line. The two sets are disjoint. */
export interface Gaps {
  /** The record is in quarantine. */
  readonly quarantined: OffsetSpans;
  /** The log had no such record: compacted, a transaction's marker, or from before the chain began. */
  readonly absent: OffsetSpans;
}

/** Why a range is empty though the log had records there once. `retention`: an operator accepted their loss. */
export type LossReason = 'retention';

/** What a landed object tells of itself in its metadata. */
export interface ObjectFacts {
  /** The offset after the last one that the object accounts for; the chain's next object starts there. */
  readonly next: number;
  readonly records: number;
  readonly quarantined: number;
  /** Of the lines before compression, hex. */
  readonly sha256: string;
  /** Bytes of the lines before compression. */
  readonly bytes: number;
  /** The gaps themselves, or the key of the object that holds them. */
  readonly gaps: Gaps | { readonly key: string };
  /** Key of the object's bad records; absent when there are none. */
  readonly quarantineKey: string | undefined;
  readonly lost: LossReason | undefined;
}

/** Longer gaps than this, as text, go to an object of their own: S3 keeps 2 KB of metadata in all. */
export const inlineGaps = 1_000;

/** Gaps as text for metadata or, where longer than {@link inlineGaps}, for an object. */
export function formatGaps(gaps: Gaps): { readonly quarantined: string; readonly absent: string } {
  return { quarantined: formatSpans(gaps.quarantined), absent: formatSpans(gaps.absent) };
}

/** Whether gaps fit an object's metadata. */
export function fitsMetadata(gaps: Gaps): boolean {
  const text = formatGaps(gaps);
  return text.quarantined.length + text.absent.length <= inlineGaps;
}

/** Facts as S3 user metadata (`x-amz-meta-…`): lower-case names, ASCII values, always below 2 KB. */
export function formatFacts(facts: ObjectFacts): Record<string, string> {
  return {
    'tradewind-version': '1',
    'next-offset': `${facts.next}`,
    records: `${facts.records}`,
    quarantined: `${facts.quarantined}`,
    sha256: facts.sha256,
    bytes: `${facts.bytes}`,
    ...('key' in facts.gaps ? { 'gaps-object': facts.gaps.key } : optionalGaps(formatGaps(facts.gaps))),
    ...(facts.quarantineKey === undefined ? {} : { 'quarantine-object': facts.quarantineKey }),
    ...(facts.lost === undefined ? {} : { lost: facts.lost }),
  };
}

/** Empty values are left out: not every server keeps a header without a value. */
function optionalGaps({ quarantined, absent }: ReturnType<typeof formatGaps>): Record<string, string> {
  return {
    ...(quarantined === '' ? {} : { 'quarantined-offsets': quarantined }),
    ...(absent === '' ? {} : { 'absent-offsets': absent }),
  };
}

/**
 * Reads an object's facts from its metadata. A text says what is wrong with them: not ours (another sink's object has
 * none), or of a version that this program does not know.
 */
export function parseFacts(metadata: Readonly<Record<string, string>>): ObjectFacts | string {
  const version = metadata['tradewind-version'];
  if (version === undefined) return 'it has no metadata of this program: another sink wrote it';
  if (version !== '1') return `its metadata are of version ${version}, which this program does not know`;
  const next = countOf(metadata['next-offset']);
  const records = countOf(metadata['records']);
  const quarantined = countOf(metadata['quarantined']);
  const bytes = countOf(metadata['bytes']);
  const sha256 = metadata['sha256'];
  const gaps = gapsOf(metadata);
  const lost = metadata['lost'];
  if (next === undefined) return 'its next-offset is not a number';
  if (records === undefined || quarantined === undefined || bytes === undefined) return 'a count is not a number';
  if (sha256 === undefined || !/^[0-9a-f]{64}$/.test(sha256)) return 'its sha256 is not a hash';
  if (gaps === undefined) return 'its gaps cannot be read';
  if (lost !== undefined && lost !== 'retention') return 'its reason of loss is unknown';
  const quarantineKey = metadata['quarantine-object'];
  if ((quarantineKey === undefined) !== (quarantined === 0))
    return 'its quarantine does not fit the number of bad records';
  return { next, records, quarantined, sha256, bytes, gaps, quarantineKey, lost };
}

/** What contradicts itself in an object's facts and gaps, given where it starts; `undefined` when all fits. */
export function factsProblem(start: number, facts: ObjectFacts, gaps: Gaps): string | undefined {
  const within: OffsetSpan = { from: start, to: facts.next };
  if (facts.next <= start) return `it ends at ${facts.next}, not after its start`;
  for (const spans of [gaps.absent, gaps.quarantined]) {
    if (countOffsets(clipSpans(spans, within)) !== countOffsets(spans)) return 'it names gaps outside of its range';
  }
  if (countOffsets(gaps.quarantined) !== facts.quarantined) {
    return `it counts ${facts.quarantined} bad records, but names ${countOffsets(gaps.quarantined)}`;
  }
  const accounted = facts.records + facts.quarantined + countOffsets(gaps.absent);
  if (accounted !== facts.next - start) {
    return `it has ${facts.next - start} offsets, but accounts for ${accounted}`;
  }
  return undefined;
}

/** Reads the gaps that an object of their own holds. */
export function parseGaps(text: { readonly quarantined: string; readonly absent: string }): Gaps | undefined {
  const quarantined = parseSpans(text.quarantined);
  const absent = parseSpans(text.absent);
  return quarantined === undefined || absent === undefined ? undefined : { quarantined, absent };
}

function gapsOf(metadata: Readonly<Record<string, string>>): ObjectFacts['gaps'] | undefined {
  const key = metadata['gaps-object'];
  if (key !== undefined)
    return /^gaps\/[^/]+\//.test(key) && isTopicName(key.split('/')[1] ?? '') ? { key } : undefined;
  return parseGaps({
    quarantined: metadata['quarantined-offsets'] ?? '',
    absent: metadata['absent-offsets'] ?? '',
  });
}

function countOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,16}$/.test(text)) return undefined;
  const count = Number(text);
  return Number.isSafeInteger(count) ? count : undefined;
}
