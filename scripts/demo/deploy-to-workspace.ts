import type { Settings } from '../../config/settings.ts';
import { notebookFolder } from '../../pipeline/notebooks.ts';
import { CommandError } from '../failure.ts';
import { deployCheckout } from '../notebooks/deploy.ts';
import type { Printer } from './printer.ts';

/** Writes the checkout's notebooks to the workspace of the settings, those that differ, and says so. */
export async function deployToWorkspace({ databricks: workspace }: Settings, printer: Printer): Promise<void> {
  if (workspace === undefined) throw new CommandError('the stack has no Databricks');
  const order = { to: notebookFolder, apply: true };
  const changes = await deployCheckout(workspace, order, AbortSignal.timeout(60_000));
  const written = changes.filter(({ action }) => action !== 'keep').length;
  printer.line(`notebooks in ${workspace.host}: ${changes.length} in ${notebookFolder}, ${written} written`);
}
