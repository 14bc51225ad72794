import { Command, InvalidArgumentError } from 'commander';
import type { PoolControl, PoolStatus } from '../../activities/temporal/port.ts';
import { loadSettings } from '../../config/environment.ts';
import { defaultPool, isPoolName } from '../../dag/pool.ts';
import { poolsOf } from '../dag-control.ts';
import { CommandError } from '../failure.ts';
import { noWorker } from '../no-worker.ts';
import { claimsTable, poolsTable, poolSummary } from '../pools/pool-summary.ts';
import { openTemporal } from '../temporal-client.ts';

/** `tw pools`: slots that tasks share over runs and DAGs. */
export function poolsCommand(): Command {
  const command = new Command('pools').description('slots that tasks share over runs and DAGs');
  command
    .command('list')
    .description('every pool, and those that tasks wait for though there is none')
    .option('--json', 'print JSON')
    .action(list);
  command
    .command('get')
    .description('a pool, who holds its slots and who waits for some')
    .argument('<pool>')
    .option('--json', 'print JSON')
    .action(get);
  command
    .command('set')
    .description('make a pool, or change it while it is in use; who holds slots keeps them')
    .argument('<pool>')
    .argument('<slots>', 'tasks of one slot that run at a time; 0 lets none begin', slotCount)
    .argument('[description]', 'for people; what it was by default')
    .option('--dry-run', 'say what would change, and change nothing')
    .option('--json', 'print JSON')
    .action(set);
  command
    .command('delete')
    .description('delete a pool; tasks that name it wait until there is one again')
    .argument('<pool>')
    .option('--dry-run', 'say what would change, and change nothing')
    .option('--json', 'print JSON')
    .action(remove);
  return command;
}

interface Options {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

async function list({ json = false }: Options): Promise<void> {
  await using open = await openPools();
  const found = await all(open.pools);
  const pools = found.map(poolSummary);
  if (json) console.log(JSON.stringify(pools));
  else console.log(pools.length === 0 ? 'there is no pool: make one with tw pools set NAME SLOTS' : poolsTable(pools));
}

async function get(name: string, { json = false }: Options): Promise<void> {
  await using open = await openPools();
  const status = await poolOf(open.pools, name);
  const { held, waiting } = status;
  if (json) {
    console.log(JSON.stringify({ ...poolSummary(status), held, waiting }));
    return;
  }
  console.log(poolsTable([poolSummary(status)]));
  if (held.length + waiting.length > 0) console.log(claimsTable(status));
}

async function set(name: string, slots: number, description: string | undefined, options: Options): Promise<void> {
  if (!isPoolName(name)) {
    throw new CommandError(`'${name}' is no name of a pool: use letters, digits, dots, - and _, at most 250`);
  }
  const { dryRun = false, json = false } = options;
  await using open = await openPools();
  const before = await statusOf(open.pools, name);
  const size = { slots, description: description ?? before?.description ?? '' };
  if (!dryRun) await open.pools.resize(name, size).catch(noWorker);
  const had = before?.slots ?? null;
  if (json) console.log(JSON.stringify({ pool: name, ...size, slotsBefore: had, changed: !dryRun }));
  else
    console.log(
      `pool ${name} ${dryRun ? 'would have' : 'has'} ${slots} ${slots === 1 ? 'slot' : 'slots'}${had === null ? '' : `, before ${had}`}`,
    );
}

async function remove(name: string, { dryRun = false, json = false }: Options): Promise<void> {
  if (name === defaultPool.name) throw new CommandError(`${name} cannot be deleted: set its slots`);
  await using open = await openPools();
  const { slots, description, held, waiting } = await poolOf(open.pools, name);
  const tasks = `tasks that hold its slots: ${held.length}, that wait: ${waiting.length}`;
  if (slots === null) throw new CommandError(`there is no pool ${name} to delete; ${tasks}`);
  if (!dryRun) await open.pools.resize(name, { slots: null, description: '' }).catch(noWorker);
  if (json) console.log(JSON.stringify({ pool: name, slots, description, deleted: !dryRun }));
  else console.log(`pool ${name} ${dryRun ? 'would be' : 'is'} deleted; ${tasks}`);
}

interface OpenPools extends AsyncDisposable {
  readonly pools: PoolControl;
}

async function openPools(): Promise<OpenPools> {
  const settings = loadSettings(['temporal']);
  const temporal = await openTemporal(settings.temporal);
  return {
    pools: poolsOf(temporal.client, settings.taskQueue),
    [Symbol.asyncDispose]: () => temporal[Symbol.asyncDispose](),
  };
}

/** Those that people have made, or tasks name; not those that hold a task's own limit. */
async function all(pools: PoolControl): Promise<readonly PoolStatus[]> {
  const names = (await pools.names()).filter(isPoolName);
  const found = await Promise.all(names.map((name) => statusOf(pools, name)));
  return found.filter((status) => status !== undefined);
}

async function poolOf(pools: PoolControl, name: string): Promise<PoolStatus> {
  const found = isPoolName(name) ? await statusOf(pools, name) : undefined;
  if (found !== undefined) return found;
  const names = (await all(pools)).map((pool) => pool.name);
  throw new CommandError(
    `there is no pool ${name}; ${names.length === 0 ? 'there is none yet' : `there are: ${names.join(', ')}`}`,
  );
}

/** Pools are asked by way of their workers. */
function statusOf(pools: PoolControl, name: string): Promise<PoolStatus | undefined> {
  return pools.status(name).catch(noWorker);
}

function slotCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('use a whole number from 0');
  return Number(text);
}
