import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { formatActions, type Action, type AddFile } from '../../pipeline/delta/actions.ts';
import { checkpointInterval, checkpointName, commitName, lastCheckpointName } from '../../pipeline/delta/log-names.ts';
import { hasColumns, schemaString, type DeltaColumn } from '../../pipeline/delta/schema.ts';
import { checkpointActions, ownProtocol, replay, type Snapshot } from '../../pipeline/delta/snapshot.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import type { CheckpointCodec } from '../shared/checkpoint-codec.ts';
import type { ObjectStore } from '../shared/object-store.ts';
import type { StepLog } from '../shared/step-context.ts';
import { createLogReader } from './log-reader.ts';
import type { DeltaChange, DeltaTable, DeltaTables } from './port.ts';

/** What a folder of Delta tables is made of. */
export interface DeltaTablesOptions {
  readonly store: ObjectStore;
  /** Folder of the bucket, with a slash at its end: `tables/duckdb/`. */
  readonly prefix: string;
  readonly codec: CheckpointCodec;
  /** Told of checkpoints that could not be written or read: tables are sound without them, only slower. */
  readonly log?: Pick<StepLog, 'warn'>;
}

/** The name under which this project writes itself into commits. */
const engineInfo = 'tradewind';

/** Makes the {@link DeltaTables} of one folder. */
export function createDeltaTables(options: DeltaTablesOptions): DeltaTables {
  return {
    table(name, columns) {
      if (!/^[a-z0-9_]{1,64}$/.test(name)) throw new RangeError('a table is named by 1 to 64 of a-z, 0-9 and _');
      return openTable(options, name, columns);
    },
  };
}

function openTable(options: DeltaTablesOptions, name: string, columns: readonly DeltaColumn[]): DeltaTable {
  const { store, codec } = options;
  const root = `${options.prefix}${name}/`;
  const warn = (message: string, error: unknown): void =>
    options.log?.warn(message, { table: root, error: error instanceof AdapterError ? error.message : 'unexpected' });
  const log = createLogReader({ store, root, codec, warn });

  /** A checkpoint is a copy for speed: a table without it is as good, so its troubles stay here. */
  async function writeCheckpoint(snapshot: Snapshot, signal: AbortSignal): Promise<void> {
    try {
      const actions = checkpointActions(snapshot, Date.now());
      const body = await codec.encode(actions, signal);
      await store.create(`${root}${checkpointName(snapshot.version)}`, body, { signal });
      const hint = JSON.stringify({ version: snapshot.version, size: actions.length });
      await store.replace(`${root}${lastCheckpointName}`, Buffer.from(hint), { signal });
    } catch (error) {
      signal.throwIfAborted();
      warn('a checkpoint could not be written; readers replay more of the log', error);
    }
  }

  return {
    name,
    columns,
    snapshot: ({ version, signal }) => log.snapshot(version, signal),
    async commitInfo(version, signal) {
      const actions = await log.actions(version, signal);
      return actions?.find(({ commitInfo }) => commitInfo !== undefined)?.commitInfo;
    },
    async upload({ path, stats }, signal) {
      const file = `part-${randomUUID()}.parquet`;
      const { size } = await stat(path);
      // The name is random: an object that is there already can only be our own, of a try whose response was lost.
      await store.createFromFile(`${root}${file}`, path, { signal });
      return { path: file, partitionValues: {}, size, modificationTime: Date.now(), dataChange: true, stats };
    },
    async download(file, path, signal) {
      await store.download(`${root}${localName(root, file)}`, path, signal);
    },
    async commit(base, change, signal) {
      if (base !== undefined && !hasColumns(base.metadata.schemaString, columns)) throw otherColumns(root);
      const version = base === undefined ? 0 : base.version + 1;
      const actions = commitActions(base, version, change, { name, columns });
      const body = Buffer.from(formatActions(actions));
      if ((await store.create(`${root}${commitName(version)}`, body, { signal })) === 'exists') return 'conflict';
      if (version > 0 && version % checkpointInterval === 0) {
        await writeCheckpoint(replay(base, version, actions), signal);
      }
      return 'committed';
    },
  };
}

/** A file's name beside the log. A table of ours holds no other folder's files. */
function localName(root: string, { path }: AddFile): string {
  const name = decodeURIComponent(path);
  if (/^[A-Za-z0-9_.-]+$/.test(name) && !name.startsWith('.')) return name;
  throw new AdapterError(`${root} holds a file that another writer put elsewhere`, {
    system: 'delta',
    code: 'invalid',
  });
}

/** Readers go by the table's schema: new columns would be in its files and in no answer. */
function otherColumns(root: string): AdapterError {
  return new AdapterError(
    `${root} was made with other columns than this version writes: move the folder away, and the next run makes the table anew`,
    { system: 'delta', code: 'invalid' },
  );
}

function commitActions(
  base: Snapshot | undefined,
  version: number,
  change: DeltaChange,
  table: { readonly name: string; readonly columns: readonly DeltaColumn[] },
): Action[] {
  const now = Date.now();
  const progress = [...change.progress, { appId: change.run, version }];
  return [
    {
      commitInfo: {
        timestamp: now,
        operation: change.operation,
        operationParameters: { run: change.run },
        operationMetrics: Object.fromEntries(
          Object.entries(change.metrics).map(([key, value]) => [key, String(value)]),
        ),
        engineInfo,
        txnId: randomUUID(),
      },
    },
    ...(base === undefined ? birthActions(table, now) : []),
    ...progress.map((txn) => ({ txn: { ...txn, lastUpdated: now } })),
    ...change.remove.map((path) => ({ remove: { path, deletionTimestamp: now, dataChange: true } })),
    ...change.add.map((add) => ({ add })),
  ];
}

/** What the first version says of the table. */
function birthActions(
  { name, columns }: { readonly name: string; readonly columns: readonly DeltaColumn[] },
  now: number,
): Action[] {
  return [
    { protocol: ownProtocol },
    {
      metaData: {
        id: randomUUID(),
        name,
        format: { provider: 'parquet', options: {} },
        schemaString: schemaString(columns),
        partitionColumns: [],
        configuration: {},
        createdTime: now,
      },
    },
  ];
}
