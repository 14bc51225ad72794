import { Command } from 'commander';
import { AdapterError } from '../../activities/shared/adapter-error.ts';
import { applySubscriptions } from '../assets/apply-subscriptions.ts';
import { subscriptionChanges, subscriptionLine } from '../assets/subscription-changes.ts';
import { assetsOf } from '../dag-control.ts';
import { registeredDags } from '../dag-registry.ts';
import { changeLine, failIfSomeFailed } from '../schedules/change-line.ts';
import { openRuns } from '../runs/open-runs.ts';
import { schedulesInStep } from '../schedules/in-step.ts';

interface Options {
  readonly json?: boolean;
  readonly prune?: boolean;
}

/** `tw schedules`: keeps the Temporal Schedules in step with the DAGs. */
export function schedulesCommand(): Command {
  const command = new Command('schedules').description('keep the Temporal Schedules in step with the DAGs');
  command
    .command('apply')
    .description('create and update Schedules, and let assets start DAGs; a Schedule that is paused stays paused')
    .option('--prune', 'delete Schedules of ours whose DAG is gone')
    .option('--json', 'print JSON')
    .action((options: Options) => reconcile(options, true));
  command
    .command('diff')
    .description('say what apply would do; exit code 1 when there is something')
    .option('--json', 'print JSON')
    .action((options: Options) => reconcile(options, false));
  return command;
}

async function reconcile({ json = false, prune = false }: Options, apply: boolean): Promise<void> {
  await using open = await openRuns();
  const definitions = registeredDags().map(({ definition }) => definition);
  const changes = await schedulesInStep(open, definitions, { apply, prune });
  const assets = assetsOf(open.client, open.settings.taskQueue);
  const toTell = apply ? [] : await subscriptionChanges(assets, definitions).catch(unknown);
  if (json) console.log(JSON.stringify([...changes, ...toTell]));
  else
    for (const line of [...changes.map((one) => changeLine(one, apply)), ...toTell.map(subscriptionLine)])
      console.log(line);
  if (apply) {
    const lines = await applySubscriptions(assets, definitions);
    if (!json) for (const line of lines) console.log(line);
  }
  const isOpen = [...changes, ...toTell].some(({ action }) => (apply ? action === 'foreign' : action !== 'keep'));
  if (isOpen) process.exitCode = 1;
  failIfSomeFailed(changes);
}

/** Schedules can be compared while no worker is there. */
function unknown(error: unknown): readonly [] {
  if (!(error instanceof AdapterError) || error.code !== 'timeout') throw error;
  console.error('which DAGs assets start is not known: no worker answered in time; start one (tw worker)');
  return [];
}
