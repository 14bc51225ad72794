import { parseActions, type Action } from '../../pipeline/delta/actions.ts';
import { checkpointInterval, checkpointName, commitName, lastCheckpointName } from '../../pipeline/delta/log-names.ts';
import { DeltaLogError, replay, type Snapshot } from '../../pipeline/delta/snapshot.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import type { CheckpointCodec } from '../shared/checkpoint-codec.ts';
import type { ObjectStore } from '../shared/object-store.ts';

/** Commits that are asked for at once. */
const readAhead = 4;

/** What a log is read with. */
export interface LogReaderOptions {
  readonly store: ObjectStore;
  /** The table's folder, with a slash at its end. */
  readonly root: string;
  readonly codec: CheckpointCodec;
  /** Told of a checkpoint that cannot be read. */
  readonly warn: (message: string, error: unknown) => void;
}

/** Reads a table's transaction log. */
export interface LogReader {
  snapshot(wanted: number | undefined, signal: AbortSignal): Promise<Snapshot | undefined>;
  actions(version: number, signal: AbortSignal): Promise<Action[] | undefined>;
}

/**
 * Makes a {@link LogReader}. It asks for versions by name, one after the other, and never believes a listing; the log of
 * a table is never cleared away, so version 0 is always a place to start from where a checkpoint is missing.
 */
export function createLogReader({ store, root, codec, warn }: LogReaderOptions): LogReader {
  async function actions(version: number, signal: AbortSignal): Promise<Action[] | undefined> {
    const key = `${root}${commitName(version)}`;
    const object = await store.get(key, signal);
    if (object === undefined) return undefined;
    try {
      return parseActions(object.body.toString('utf8'));
    } catch (cause) {
      throw new AdapterError(`${key} is not a Delta commit`, { system: 'delta', code: 'corrupt', cause });
    }
  }

  /** The newest checkpoint that is not newer than wanted. Only the hint is overwritten; a lost or old one costs time. */
  async function checkpoint(wanted: number | undefined, signal: AbortSignal): Promise<Snapshot | undefined> {
    const hint = await store.get(`${root}${lastCheckpointName}`, signal);
    let version = hint === undefined ? undefined : versionOf(hint.body.toString('utf8'));
    if (version === undefined) return undefined;
    if (wanted !== undefined && wanted < version) version = wanted - (wanted % checkpointInterval);
    for (; version > 0; version -= checkpointInterval) {
      const object = await store.get(`${root}${checkpointName(version)}`, signal);
      const read = object && (await decoded(version, object.body, signal));
      if (read !== undefined) return read;
    }
    return undefined;
  }

  /** A checkpoint is a copy: one that says nothing costs the time of replaying the log that it was made of. */
  async function decoded(version: number, body: Uint8Array, signal: AbortSignal): Promise<Snapshot | undefined> {
    try {
      return replay(undefined, version, await codec.decode(body, signal));
    } catch (error) {
      signal.throwIfAborted();
      // What will pass is waited for: the whole log may be long.
      if (error instanceof AdapterError && error.canRetry) throw error;
      warn(`the checkpoint of version ${version} cannot be read; going by the log`, error);
      return undefined;
    }
  }

  async function snapshot(wanted: number | undefined, signal: AbortSignal): Promise<Snapshot | undefined> {
    let current = await checkpoint(wanted, signal);
    for (;;) {
      const first: number = (current?.version ?? -1) + 1;
      const last = Math.min(first + readAhead - 1, wanted ?? Number.MAX_SAFE_INTEGER);
      const versions = Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => first + n);
      const commits = await Promise.all(versions.map((version) => actions(version, signal)));
      for (const [n, commit] of commits.entries()) {
        if (commit === undefined) return wanted === undefined ? current : undefined;
        current = replay(current, first + n, commit);
      }
      if (wanted !== undefined && last >= wanted) return current;
    }
  }

  return {
    actions,
    async snapshot(wanted, signal) {
      try {
        return await snapshot(wanted, signal);
      } catch (cause) {
        if (!(cause instanceof DeltaLogError)) throw cause;
        const code = cause.kind === 'corrupt' ? 'corrupt' : 'invalid';
        throw new AdapterError(`${root}: ${cause.message}`, { system: 'delta', code, cause });
      }
    },
  };
}

function versionOf(text: string): number | undefined {
  try {
    const { version }: { readonly version?: unknown } = JSON.parse(text);
    return typeof version === 'number' && Number.isSafeInteger(version) && version >= 0 ? version : undefined;
  } catch {
    return undefined;
  }
}
