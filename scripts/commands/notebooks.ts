import { Command } from 'commander';
import { loadSettings } from '../../config/environment.ts';
import { notebookFolder } from '../../pipeline/notebooks.ts';
import { CommandError } from '../failure.ts';
import { deployCheckout, type NotebookChange } from '../notebooks/deploy.ts';
import { stopSignal } from '../stop-signal.ts';

/** `tw notebooks`: the notebooks of the Databricks workspace. */
export function notebooksCommand(): Command {
  const command = new Command('notebooks').description('notebooks of the Databricks workspace');
  command
    .command('deploy')
    .description("write this checkout's notebooks to the workspace: those that differ, and no others")
    .option('--folder <path>', 'folder of the workspace', notebookFolder)
    .option('--dry-run', 'say what would change, and change nothing')
    .option('--json', 'print JSON')
    .action(deploy);
  return command;
}

interface Options {
  readonly folder: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

async function deploy({ folder, dryRun = false, json = false }: Options): Promise<void> {
  const { databricks: workspace } = loadSettings([]);
  if (workspace === undefined) {
    throw new CommandError('no workspace is named: set DATABRICKS_HOST and DATABRICKS_TOKEN (docs/databricks.md)');
  }
  if (!folder.startsWith('/'))
    throw new CommandError(`the folder ${folder} does not begin with /: give its whole path`);
  const changes = await deployCheckout(workspace, { to: folder, apply: !dryRun }, stopSignal());
  console.log(json ? JSON.stringify(changes) : changes.map((change) => lineOf(change, dryRun)).join('\n'));
}

const done: Readonly<Record<NotebookChange['action'], string>> = {
  create: 'created',
  update: 'updated',
  keep: 'as it is',
};

function lineOf({ path, action }: NotebookChange, dryRun: boolean): string {
  return `${(dryRun && action !== 'keep' ? `would be ${done[action]}` : done[action]).padEnd(dryRun ? 17 : 8)}  ${path}`;
}
