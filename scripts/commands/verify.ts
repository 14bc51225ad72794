import { join } from 'node:path';
import { Command } from 'commander';
import { loadSettings } from '../../config/environment.ts';
import { buildFolder } from '../build-folder.ts';
import { CommandError } from '../failure.ts';
import { landingProofText, verifyLanding, verifyLandingCommand } from './verify-landing.ts';
import { tablesProofText, verifyTables, verifyTablesCommand } from './verify-tables.ts';

/** `tw verify`: both proofs; `tw verify landing` and `tw verify tables` are each alone. Exits 1 when one does not hold. */
export function verifyCommand(): Command {
  return new Command('verify')
    .description('prove from the bucket alone that nothing was lost and nothing is there twice')
    .option('--json', 'print the proofs as one JSON document')
    .addCommand(verifyLandingCommand())
    .addCommand(verifyTablesCommand())
    .action(async ({ json = false }: { readonly json?: boolean }) => {
      const settings = loadSettings(['s3']);
      const landing = await verifyLanding(settings, { bytes: true });
      const tables = await verifyTables(settings, { duckDbChild: join(buildFolder(), 'activities/duckdb/child.js') });
      const text = json
        ? JSON.stringify({ landing, tables })
        : `${landingProofText(landing)}\n${tablesProofText(tables)}`;
      process.stdout.write(`${text}\n`);
      if (!landing.ok || !tables.ok)
        throw new CommandError('the data is not whole: see docs/landing.md and docs/tables.md');
    });
}
