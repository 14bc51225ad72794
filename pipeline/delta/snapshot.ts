import type { Action, AddFile, Metadata, Protocol } from './actions.ts';

/** A table at one version: what replaying its log up to there gives. */
export interface Snapshot {
  readonly version: number;
  readonly protocol: Protocol;
  readonly metadata: Metadata;
  /** Files that make up the table, by path. */
  readonly files: ReadonlyMap<string, AddFile>;
  /** Highest version of each application. */
  readonly txns: ReadonlyMap<string, number>;
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
  const txns = new Map(before?.txns);
  for (const { remove } of actions) if (remove) files.delete(remove.path);
  for (const action of actions) {
    if (action.protocol) protocol = action.protocol;
    if (action.metaData) metadata = action.metaData;
    if (action.add) files.set(action.add.path, action.add);
    if (action.txn) txns.set(action.txn.appId, action.txn.version);
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
  return { version, protocol, metadata, files, txns };
}

/** A snapshot as the actions of a checkpoint: replaying them gives the same snapshot. */
export function checkpointActions(snapshot: Snapshot): Action[] {
  return [
    { protocol: snapshot.protocol },
    { metaData: snapshot.metadata },
    ...[...snapshot.txns].map(([appId, version]) => ({ txn: { appId, version, lastUpdated: 0 } })),
    ...[...snapshot.files.values()].map((add) => ({ add: { ...add, dataChange: false } })),
  ];
}
