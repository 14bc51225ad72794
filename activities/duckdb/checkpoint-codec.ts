import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseActions, type Action } from '../../pipeline/delta/actions.ts';
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

/** Turns the actions of a Delta checkpoint into parquet and back. */
export interface ParquetActions {
  encode(actions: readonly Action[], signal: AbortSignal): Promise<Uint8Array>;
  decode(parquet: Uint8Array, signal: AbortSignal): Promise<Action[]>;
}

/** Makes {@link ParquetActions} of DuckDB: each call is a session of its own. */
export function createCheckpointCodec(engine: SqlEngine): ParquetActions {
  return {
    encode: (actions, signal) =>
      engine.use({ signal }, async ({ folder, run }) => {
        const lines = join(folder, 'actions.json');
        const parquet = join(folder, 'actions.parquet');
        await writeFile(lines, actions.map((action) => `${JSON.stringify(action)}\n`).join(''));
        const types = Object.entries(columns).map(([name, type]) => `"${name}": '${type}'`);
        await run(
          `COPY (FROM read_json('${lines}', format = 'newline_delimited', columns = {${types.join(', ')}}))
           TO '${parquet}' (FORMAT parquet)`,
        );
        return readFile(parquet);
      }),
    decode: (parquet, signal) =>
      engine.use({ signal }, async ({ folder, rows }) => {
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
      }),
  };
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
