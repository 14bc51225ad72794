import { join } from 'node:path';
import Table from 'cli-table3';
import { Command } from 'commander';
import { createDeltaTables } from '../../activities/delta/delta-tables.ts';
import { createCheckpointCodec } from '../../activities/duckdb/checkpoint-codec.ts';
import { createDuckDb } from '../../activities/duckdb/engine.ts';
import { createLandingZone } from '../../activities/s3/landing-zone.ts';
import { createS3ObjectStore } from '../../activities/s3/s3-object-store.ts';
import { auditWholeTable, type WholeTableAudit } from '../../activities/steps/whole-table-audit.ts';
import { loadSettings } from '../../config/environment.ts';
import type { Settings } from '../../config/settings.ts';
import { tableNames } from '../../pipeline/tables.ts';
import { buildFolder } from '../build-folder.ts';
import { CommandError } from '../failure.ts';

/** What the bucket proves of the cleaned tables. */
export interface TablesProof {
  /** Whether every table is sound. */
  readonly ok: boolean;
  readonly bucket: string;
  readonly tables: readonly WholeTableAudit[];
}

/** What a proof needs beside the settings. */
export interface VerifyTablesOptions {
  /** Compiled `activities/duckdb/child.js`. */
  readonly duckDbChild: string;
  readonly signal?: AbortSignal;
}

/**
 * Proves from the bucket alone that each cleaned table is what all landed lines make of it: one row an `ind`, every line
 * a row, superseded, or in quarantine, no row of another origin. Reads only. Throws AdapterError when the bucket cannot be read.
 */
export async function verifyTables(settings: Settings, options: VerifyTablesOptions): Promise<TablesProof> {
  const { signal = new AbortController().signal, duckDbChild } = options;
  const store = createS3ObjectStore(settings.s3);
  try {
    const engine = createDuckDb({ ...settings.duckdb, workDir: settings.workDir, childPath: duckDbChild });
    const codec = createCheckpointCodec(engine);
    const deps = {
      store,
      engine,
      landing: createLandingZone(store, { gzip: settings.landing.gzip }),
      tables: createDeltaTables({ store, prefix: 'tables/duckdb/', codec }),
    };
    const tables: WholeTableAudit[] = [];
    for (const table of tableNames) tables.push(await auditWholeTable(deps, { user: settings.user, table }, signal));
    return { ok: tables.every(({ problems }) => problems.length === 0), bucket: settings.s3.bucket, tables };
  } finally {
    store.close();
  }
}

/** A proof as a table, the problems below it. */
export function tablesProofText({ tables }: TablesProof): string {
  const head = ['table', 'version', 'rows', 'lines', 'superseded', 'quarantined', 'waiting', ''];
  const text = new Table({ head, style: { head: [], border: [] } });
  for (const one of tables) {
    const counts = [one.rows, one.lines, one.superseded, one.quarantined, one.waiting];
    const verdict = one.problems.length > 0 ? 'NOT SOUND' : one.version === null ? 'not there yet' : 'sound';
    text.push([one.table, one.version ?? '', ...counts.map((count) => count.toLocaleString('en')), verdict]);
  }
  return [text.toString(), ...tables.flatMap(({ problems }) => problems)].join('\n');
}

/** `tw verify tables`: exits 1 when a table is not sound. */
export function verifyTablesCommand(): Command {
  return new Command('tables')
    .description('prove that each cleaned table is what its landed lines make of it: nothing lost, nothing twice')
    .option('--json', 'print the proof as one JSON document')
    .action(async ({ json = false }: { readonly json?: boolean }) => {
      const duckDbChild = join(buildFolder(), 'activities/duckdb/child.js');
      const proof = await verifyTables(loadSettings(['s3']), { duckDbChild });
      process.stdout.write(`${json ? JSON.stringify(proof) : tablesProofText(proof)}\n`);
      if (!proof.ok) throw new CommandError('a table is not sound: see docs/tables.md');
    });
}
