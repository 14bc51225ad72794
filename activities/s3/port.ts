import type { LossReason } from '../../pipeline/landing/object-facts.ts';
import type { OffsetSpan } from '../../pipeline/landing/offsets.ts';

/** A landed object: its place in the chain of a topic partition, read from its key and metadata. */
export interface LandedObject {
  readonly key: string;
  readonly topic: string;
  readonly partition: number;
  /** First offset that the object accounts for; the chain's link before it ends here. */
  readonly start: number;
  /** The offset after the last one that it accounts for. */
  readonly next: number;
  /** Good records = lines in the object. */
  readonly records: number;
  /** Records of [start, next) that went to quarantine. */
  readonly quarantined: number;
  /** Offsets of [start, next) that have no line: quarantined, or absent from the log. Sorted, disjoint. */
  readonly missing: readonly OffsetSpan[];
  /** The part of `missing` that is in quarantine. */
  readonly quarantinedOffsets: readonly OffsetSpan[];
  /** Key of the bad records, `undefined` when there are none. */
  readonly quarantineKey: string | undefined;
  /** Why an object without lines stands for records that were never landed; `undefined` for every other one. */
  readonly lost: LossReason | undefined;
  /** Of the lines before compression, hex. */
  readonly sha256: string;
  /** Bytes of the lines before compression. */
  readonly bytes: number;
  /** Bytes as stored. */
  readonly size: number;
  readonly encoding: 'identity' | 'gzip';
}

/** A record that is not data: kept as it came, with why and where it was. */
export interface QuarantinedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Closed vocabulary of pipeline/quarantine.ts, for example `not_json`. */
  readonly reason: string;
  /** The rule's own words, for people; without the record's content. */
  readonly detail: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly timestamp: number | null;
}

/** What {@link LandingZone.create} is given: lines and bad records of [start, next). */
export interface LandingDraft {
  readonly topic: string;
  readonly partition: number;
  readonly start: number;
  readonly next: number;
  /** JSON documents, each ended by a newline; empty when the range has no good record. */
  readonly lines: Buffer;
  readonly records: number;
  /** Offsets of [start, next) without a line, those of `quarantined` among them. */
  readonly missing: readonly OffsetSpan[];
  readonly quarantined: readonly QuarantinedRecord[];
  /** Run that lands it; kept with the bad records. */
  readonly runId: string;
  /** Set when an operator accepts that the range is lost: then there are no lines and no bad records. */
  readonly lost?: LossReason;
}

/** A topic partition of which the bucket holds objects. */
export interface LandedChain {
  readonly topic: string;
  readonly partition: number;
  /** Objects with the chain's names. */
  readonly objects: number;
  /** Keys in the chain's folder that are no name of a landed object: readers of the whole folder trip over them. */
  readonly strangers: readonly string[];
}

/**
 * The landing zone: the Confluent sink's keys, one chain of create-once objects a topic partition that tiles its offsets.
 * The chain is the truth about what has been landed.
 */
export interface LandingZone {
  /** Where the chain of a partition ends (offset of the next object), `undefined` when nothing was landed yet. */
  end(topic: string, partition: number, signal?: AbortSignal): Promise<number | undefined>;
  /** The objects that hold offsets of [from, to), in order. Throws `corrupt` at a gap or an overlap. */
  objects(
    topic: string,
    partition: number,
    from: number,
    to: number,
    signal?: AbortSignal,
  ): AsyncIterable<LandedObject>;
  /**
   * Creates the next object of the chain, quarantine first. When another writer was there first, returns that one's object
   * (`won: false`): go on from its `next`. A lost response is recognised as one's own by sha256 and counts as won.
   */
  create(draft: LandingDraft, signal?: AbortSignal): Promise<{ readonly won: boolean; readonly object: LandedObject }>;
  /** Topics' chains as the bucket lists them, in order. A topic without objects has none. */
  chains(topic: string, signal?: AbortSignal): Promise<readonly LandedChain[]>;
  /**
   * Reads an object and its bad records through: throws `corrupt` when hash, bytes, lines or the offsets in quarantine
   * are not what the metadata say. Needs no disk and little memory.
   */
  check(object: LandedObject, signal?: AbortSignal): Promise<void>;
  /** The part of {@link LandingZone.check} that is about bad records: few objects have any. */
  checkQuarantine(object: LandedObject, signal?: AbortSignal): Promise<void>;
  /** Writes an object's lines, decompressed, to a file and checks its sha256; throws `corrupt` when it differs. */
  download(object: LandedObject, path: string, signal?: AbortSignal): Promise<void>;
  /** Keeps records that were found bad after landing (cleaning). Idempotent a run, table and partition. */
  quarantine(
    records: readonly QuarantinedRecord[],
    place: { readonly stage: string; readonly runId: string },
  ): Promise<void>;
}
