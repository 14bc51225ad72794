import { Command } from 'commander';
import { loadSettings } from '../../config/environment.ts';
import { registeredDags } from '../dag-registry.ts';
import { changeLine } from '../schedules/change-line.ts';
import { reconcileSchedules } from '../schedules/reconcile.ts';
import { openTemporal } from '../temporal-client.ts';

interface Options {
  readonly json?: boolean;
  readonly prune?: boolean;
}

/** `tw schedules`: keeps the Temporal Schedules in step with the DAGs. */
export function schedulesCommand(): Command {
  const command = new Command('schedules').description('keep the Temporal Schedules in step with the DAGs');
  command
    .command('apply')
    .description('create and update Schedules; one that is paused stays paused')
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
  const settings = loadSettings(['temporal']);
  await using temporal = await openTemporal(settings.temporal);
  const changes = await reconcileSchedules(temporal.client, {
    definitions: registeredDags().map(({ definition }) => definition),
    taskQueue: settings.taskQueue,
    now: new Date(),
    apply,
    prune,
  });
  if (json) console.log(JSON.stringify(changes));
  else for (const change of changes) console.log(changeLine(change, apply));
  const open = changes.some(({ action }) => (apply ? action === 'foreign' : action !== 'keep'));
  if (open) process.exitCode = 1;
}
