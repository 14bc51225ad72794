/**
 * The database process: one DuckDB in memory, locked to one folder, that runs the statements its parent sends, in order.
 * It ends with its parent, whatever ends that one, and then takes the folder with it.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import type { ChildOptions, ChildReply, ChildRequest } from './messages.ts';
import type { SqlRow } from './port.ts';
import { plainRow } from './plain-row.ts';

const options: ChildOptions = JSON.parse(process.argv[2] ?? '{}');

/** Settings in the order that they have to come: what is allowed, then no more access, then no more settings. */
const confinement = [
  `SET TimeZone = 'UTC'`,
  `SET temp_directory = ${text(join(options.folder, 'spill'))}`,
  // Rows carry their position, so their order in a file means nothing; keeping it would cost memory and cores.
  `SET preserve_insertion_order = false`,
  // Joins hold their right side in memory, as written: of text files DuckDB guesses the size wrong, by a million rows.
  `SET disabled_optimizers = 'build_side_probe_side'`,
  `SET autoinstall_known_extensions = false`,
  `SET autoload_known_extensions = false`,
  `SET allowed_directories = [${text(`${options.folder}/`)}]`,
  `SET enable_external_access = false`,
  `SET lock_configuration = true`,
];

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

function send(reply: ChildReply): void {
  process.send?.(reply);
}

async function run(connection: DuckDBConnection, { sql, values, wantsRows }: ChildRequest): Promise<SqlRow[]> {
  if (!wantsRows) {
    await connection.run(sql, [...values]);
    return [];
  }
  const reader = await connection.runAndReadAll(sql, [...values]);
  return reader.getRowObjectsJS().map(plainRow);
}

process.on('disconnect', () => {
  try {
    rmSync(options.folder, { recursive: true, force: true });
  } finally {
    // A running statement would hold an orderly exit up, and an exception is one.
    process.kill(process.pid, 'SIGKILL');
  }
});

try {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: options.memory,
    threads: String(options.threads),
  });
  const connection = await instance.connect();
  for (const setting of confinement) await connection.run(setting);
  let last: Promise<void> = Promise.resolve();
  process.on('message', (request: ChildRequest) => {
    last = last
      .then(() => run(connection, request))
      .then(
        (rows) => send({ id: request.id, ok: true, rows }),
        (error: unknown) => send({ id: request.id, ok: false, message: messageOf(error) }),
      );
  });
  send({ id: 0, ok: true, rows: [] });
} catch (error) {
  send({ id: 0, ok: false, message: messageOf(error) });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
