import type { Action, AddFile, Metadata, Protocol, RemoveFile } from './actions.ts';

/** A table at one version: what replaying its log up to there gives. */
export interface Snapshot {
  readonly version: number;
  readonly protocol: Protocol;
  readonly metadata: Metadata;
  /** Files that make up the table, by path. */
  readonly files: ReadonlyMap<string, AddFile>;
  /** Files that were part of it, by path, as far as the log still names them. */
  readonly removed: ReadonlyMap<string, RemoveFile>;
  /** Highest version of each application. */
  readonly txns: ReadonlyMap<string, number>;
  /** When each application last said so, epoch milliseconds. */
  readonly txnTimes: ReadonlyMap<string, number>;
}

/** A log that contradicts itself or needs more than this program knows. */
export class DeltaLogError extends Error {
  readonly kind: 'corrupt' | 'unsupported';

  constructor(kind: DeltaLogError['kind'], message: string) {
    super(message);
    this.name = 'DeltaLogError';
    this.kind = kind;
  }
}

/** The protocol that this project writes, and the highest that it reads. */
export const ownProtocol: Protocol = { minReaderVersion: 1, minWriterVersion: 2 };

/**
 * Replays the actions of one version, or of a checkpoint, over what was before. The order of lines within a commit
 * means nothing (Delta's rule), so removals come first.
 */
export function replay(before: Snapshot | undefined, version: number, actions: readonly Action[]): Snapshot {
  let protocol = before?.protocol;
  let metadata = before?.metadata;
  const files = new Map(before?.files);
  const removed = new Map(before?.removed);
  const txns = new Map(before?.txns);
  const txnTimes = new Map(before?.txnTimes);
  for (const { remove } of actions) {
    if (remove === undefined) continue;
    files.delete(remove.path);
    removed.set(remove.path, remove);
  }
  for (const action of actions) {
    if (action.protocol) protocol = action.protocol;
    if (action.metaData) metadata = action.metaData;
    if (action.add) {
      files.set(action.add.path, action.add);
      removed.delete(action.add.path);
    }
    if (action.txn) {
      txns.set(action.txn.appId, action.txn.version);
      txnTimes.set(action.txn.appId, action.txn.lastUpdated);
    }
  }
  if (protocol === undefined || metadata === undefined) {
    throw new DeltaLogError(
      'corrupt',
      `the log says nothing of the table's protocol or schema up to version ${version}`,
    );
  }
  if (
    protocol.minReaderVersion > ownProtocol.minReaderVersion ||
    protocol.minWriterVersion > ownProtocol.minWriterVersion
  ) {
    throw new DeltaLogError(
      'unsupported',
      `another writer raised the table's protocol to ${protocol.minReaderVersion}/${protocol.minWriterVersion}`,
    );
  }
  return { version, protocol, metadata, files, removed, txns, txnTimes };
}

/** How long a removed file is named, for VACUUM to spare it: Delta's default, which these tables do not change. A week. */
const removalsKeptMs = 7 * 24 * 3_600_000;

/**
 * A snapshot as the actions of a checkpoint: replaying them gives the same snapshot, without removals that are older than a
 * week at `now` (epoch milliseconds).
 */
export function checkpointActions(snapshot: Snapshot, now: number): Action[] {
  const young = [...snapshot.removed.values()].filter(
    ({ deletionTimestamp }) => now - deletionTimestamp < removalsKeptMs,
  );
  return [
    { protocol: snapshot.protocol },
    { metaData: snapshot.metadata },
    ...[...snapshot.txns].map(([appId, version]) => ({
      txn: { appId, version, lastUpdated: snapshot.txnTimes.get(appId) ?? 0 },
    })),
    ...young.map((remove) => ({ remove: { ...remove, dataChange: false } })),
    ...[...snapshot.files.values()].map((add) => ({ add: { ...add, dataChange: false } })),
  ];
}
