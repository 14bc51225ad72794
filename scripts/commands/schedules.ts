import { Command } from 'commander';
import { loadSettings } from '../../config/environment.ts';
import { registeredDags } from '../dag-registry.ts';
import { reconcileSchedules, type ScheduleChange } from '../schedules/reconcile.ts';
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
  else for (const change of changes) console.log(lineOf(change, apply));
  const open = changes.some(({ action }) => (apply ? action === 'foreign' : action !== 'keep'));
  if (open) process.exitCode = 1;
}

function lineOf({ dagId, action, reasons, paused, knownUntil }: ScheduleChange, done: boolean): string {
  const words = {
    create: done ? 'created' : 'would be created',
    update: done ? 'updated' : 'would be updated',
    keep: 'as it should be',
    orphan: 'left over (tw schedules apply --prune deletes it)',
    delete: 'deleted',
    foreign: 'left alone',
  };
  const why = reasons.length > 0 && action !== 'create' ? `: ${reasons.join('; ')}` : '';
  const notes = [
    ...(paused ? ['paused'] : []),
    ...(knownUntil === null ? [] : [`its slots are named one by one until ${knownUntil}: apply again before that`]),
  ];
  return `${dagId}: ${words[action]}${why}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`;
}
