import { Command } from 'commander';
import { loadSettings } from '../../config/environment.ts';
import { backfillsTable, backfillText } from '../backfills/backfill-text.ts';
import { openBackfills, type Backfills, type KnownBackfill } from '../backfills/backfills.ts';
import { definitionOf, registeredDags } from '../dag-registry.ts';
import { CommandError } from '../failure.ts';
import { openTemporal } from '../temporal-client.ts';
import { backfillCreateCommand } from './backfill-create.ts';

interface Options {
  readonly dagId?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const which = ['<backfill-id>', 'as tw backfill list has it, or a DAG: its newest one'] as const;

/** `tw backfill`: runs of slots that went by. */
export function backfillCommand(): Command {
  const command = new Command('backfill')
    .description('run slots of the past, or run them again')
    .addCommand(backfillCreateCommand());
  command
    .command('list')
    .description('backfills, the newest first')
    .option('-d, --dag-id <dag-id>', 'of one DAG')
    .option('--json', 'print JSON')
    .action(({ dagId, json = false }: Options) => withBackfills((backfills) => list(backfills, dagId, json)));
  command
    .command('show')
    .description('what a backfill was asked for, how far it is, and when it will be through')
    .argument(...which)
    .option('--json', 'print JSON')
    .action((id: string, { json = false }: Options) =>
      withBackfills(async (backfills) => {
        const found = await backfillOf(backfills, id);
        console.log(json ? JSON.stringify(jsonOf(found)) : backfillText(found));
      }),
    );
  command
    .command('pause')
    .description('let no further slot begin; what has begun goes on')
    .argument(...which)
    .option('--dry-run', 'say what would change, and change nothing')
    .option('--json', 'print JSON')
    .action((id: string, options: Options) => change(id, 'pause', options));
  command
    .command('unpause')
    .alias('resume')
    .description('let slots begin again (also: resume)')
    .argument(...which)
    .option('--dry-run', 'say what would change, and change nothing')
    .option('--json', 'print JSON')
    .action((id: string, options: Options) => change(id, 'unpause', options));
  command
    .command('cancel')
    .description('let no further slot begin, and stop runs that have not had their turn; those that run go on')
    .argument(...which)
    .option('--dry-run', 'say what would change, and change nothing')
    .option('--json', 'print JSON')
    .action((id: string, options: Options) => change(id, 'cancel', options));
  return command;
}

async function withBackfills(act: (backfills: Backfills) => Promise<void>): Promise<void> {
  const settings = loadSettings(['temporal']);
  await using temporal = await openTemporal(settings.temporal);
  await act(openBackfills(temporal.client, settings.taskQueue));
}

async function list(backfills: Backfills, dagId: string | undefined, json: boolean): Promise<void> {
  const found = await backfills.list(dagId);
  if (found.length === 0 && dagId !== undefined) definitionOf(dagId);
  if (json) console.log(JSON.stringify(found.map(jsonOf)));
  else if (found.length > 0) console.log(backfillsTable(found));
  else console.log(`there is no backfill${dagId === undefined ? '' : ` of ${dagId}`}`);
}

async function change(id: string, verb: 'pause' | 'unpause' | 'cancel', options: Options): Promise<void> {
  const { dryRun = false, json = false } = options;
  await withBackfills(async (backfills) => {
    const found = await backfillOf(backfills, id);
    const { order, end, state } = found;
    if (end !== null)
      throw new CommandError(`backfill ${order.backfillId} is over (${state}): there is nothing to ${verb}`);
    if (!dryRun) {
      if (verb === 'cancel') await backfills.cancel(order);
      else await backfills.setPaused(order, verb === 'pause');
    }
    if (json) console.log(JSON.stringify({ ...jsonOf(found), changed: !dryRun }));
    else console.log(sentence(found, verb, dryRun));
  });
}

const words = {
  pause: ['would begin no further slot', 'begins no further slot'],
  unpause: ['would go on', 'goes on'],
  cancel: ['would end', 'ends: tw backfill show says when it has'],
} as const;

function sentence({ order, progress }: KnownBackfill, verb: keyof typeof words, dryRun: boolean): string {
  const counts = progress === null ? '' : ` (${progress.active.length} active, ${progress.toGo} to go)`;
  return `${order.backfillId} ${words[verb][dryRun ? 0 : 1]}${counts}`;
}

async function backfillOf(backfills: Backfills, id: string): Promise<KnownBackfill> {
  const found = await backfills.find(id);
  if (found !== undefined) return found;
  if (registeredDags().some(({ definition }) => definition.id === id)) {
    throw new CommandError(`there is no backfill of ${id} yet; tw backfill create makes one`);
  }
  const known = (await backfills.list()).slice(0, 5).map(({ order }) => order.backfillId);
  const newest = known.length === 0 ? 'there is none yet' : `the newest are: ${known.join(', ')}`;
  throw new CommandError(`there is no backfill ${id}; ${newest}`);
}

function jsonOf({ order, state, progress, end }: KnownBackfill) {
  const {
    success = null,
    failed = null,
    active = null,
    toGo = null,
    averageDuration = null,
    estimate = null,
  } = progress ?? {};
  const left = progress?.left ?? order.left;
  return { ...order, state, end, success, failed, left, active, toGo, averageDuration, estimate };
}
