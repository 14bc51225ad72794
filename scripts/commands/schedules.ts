import { Command } from 'commander';
import { applySubscriptions } from '../assets/apply-subscriptions.ts';
import { assetsOf } from '../dag-control.ts';
import { registeredDags } from '../dag-registry.ts';
import { changeLine } from '../schedules/change-line.ts';
import { openRuns } from '../runs/open-runs.ts';
import { catchUp } from '../schedules/catch-up.ts';
import { startKeeper } from '../schedules/renew.ts';
import { scheduleArguments } from '../schedules/schedule-arguments.ts';
import { reconcileSchedules } from '../schedules/reconcile.ts';

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
  const now = new Date();
  const definitions = registeredDags().map(({ definition }) => definition);
  const changes = await reconcileSchedules(open.client, {
    argsOf: scheduleArguments(open.settings),
    definitions,
    taskQueue: open.settings.taskQueue,
    now,
    catchUp: (definition) => catchUp(open, definition, now),
    apply,
    prune,
  });
  if (apply) await startKeeper(open.client, open.settings.taskQueue, changes);
  if (json) console.log(JSON.stringify(changes));
  else for (const change of changes) console.log(changeLine(change, apply));
  if (apply) {
    const lines = await applySubscriptions(assetsOf(open.client, open.settings.taskQueue), definitions);
    if (!json) for (const line of lines) console.log(line);
  }
  const isOpen = changes.some(({ action }) => (apply ? action === 'foreign' : action !== 'keep'));
  if (isOpen) process.exitCode = 1;
}
