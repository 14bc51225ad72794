import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatActions, parseActions, type Action } from '../../pipeline/delta/actions.ts';
import type { CheckpointCodec } from '../shared/checkpoint-codec.ts';
import type { SqlEngine } from './port.ts';

/** Columns of a Delta checkpoint for what this project's tables hold. */
const columns = {
  txn: 'STRUCT("appId" VARCHAR, "version" BIGINT, "lastUpdated" BIGINT)',
  add: `STRUCT("path" VARCHAR, "partitionValues" MAP(VARCHAR, VARCHAR), "size" BIGINT, "modificationTime" BIGINT,
    "dataChange" BOOLEAN, "stats" VARCHAR)`,
  remove: 'STRUCT("path" VARCHAR, "deletionTimestamp" BIGINT, "dataChange" BOOLEAN)',
  metaData: `STRUCT("id" VARCHAR, "name" VARCHAR, "description" VARCHAR,
    "format" STRUCT("provider" VARCHAR, "options" MAP(VARCHAR, VARCHAR)), "schemaString" VARCHAR,
    "partitionColumns" VARCHAR[], "configuration" MAP(VARCHAR, VARCHAR), "createdTime" BIGINT)`,
  protocol: 'STRUCT("minReaderVersion" INTEGER, "minWriterVersion" INTEGER)',
} as const;

/** Checkpoints that are kept as actions: more than this project has tables. */
const keptCheckpoints = 32;

/**
 * Makes a {@link CheckpointCodec} of DuckDB: each call is a session of its own. A checkpoint that was decoded before is
 * known by its hash, since every look at a table of a hundred versions begins with it, and a session costs a process.
 */
export function createCheckpointCodec(engine: SqlEngine): CheckpointCodec {
  const known = new Map<string, readonly Action[]>();
  return {
    encode: (actions, signal) => encode(engine, actions, signal),
    async decode(parquet, signal) {
      const sha256 = createHash('sha256').update(parquet).digest('hex');
      const actions = known.get(sha256) ?? (await decode(engine, parquet, signal));
      // The newest go to the end, so the first is the one that nobody has asked for the longest.
      known.delete(sha256);
      known.set(sha256, actions);
      for (const oldest of known.keys()) if (known.size > keptCheckpoints) known.delete(oldest);
      return actions;
    },
  };
}

function encode(engine: SqlEngine, actions: readonly Action[], signal: AbortSignal): Promise<Uint8Array> {
  return engine.use({ signal }, async ({ folder, run }) => {
    const lines = join(folder, 'actions.json');
    const parquet = join(folder, 'actions.parquet');
    await writeFile(lines, formatActions(actions));
    const types = Object.entries(columns).map(([name, type]) => `"${name}": '${type}'`);
    await run(
      `COPY (FROM read_json('${lines}', format = 'newline_delimited', columns = {${types.join(', ')}}))
       TO '${parquet}' (FORMAT parquet)`,
    );
    return readFile(parquet);
  });
}

function decode(engine: SqlEngine, parquet: Uint8Array, signal: AbortSignal): Promise<readonly Action[]> {
  return engine.use({ signal }, async ({ folder, rows }) => {
    const file = join(folder, 'actions.parquet');
    await writeFile(file, parquet);
    // A checkpoint of another writer may have more columns, or lack the ones it has no action of.
    const present = await rows(`SELECT DISTINCT name FROM parquet_schema('${file}')`);
    const names = Object.keys(columns).filter((name) => present.some((column) => column['name'] === name));
    const parts = names.map((name) => `"${name}" := to_json("${name}")`).join(', ');
    const found = await rows(
      `SELECT CAST(to_json(struct_pack(${parts})) AS VARCHAR) AS action FROM read_parquet('${file}')`,
    );
    return parseActions(
      found
        .map(({ action }) => (typeof action === 'string' ? JSON.stringify(withoutNulls(JSON.parse(action))) : ''))
        .join('\n'),
    );
  });
}

/** Parquet has a column for every kind of action; an action has one property. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== null)
      .map(([name, part]) => [name, withoutNulls(part)]),
  );
}
