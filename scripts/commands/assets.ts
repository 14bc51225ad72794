import Table from 'cli-table3';
import { Command, InvalidArgumentError } from 'commander';
import { createAssetLog } from '../../activities/s3/asset-log.ts';
import { createS3ObjectStore } from '../../activities/s3/s3-object-store.ts';
import { loadSettings } from '../../config/environment.ts';
import type { AssetEvent } from '../../dag/assets.ts';
import { instantText } from '../../workflows/engine/search-attributes.ts';
import { consumerLines, consumerStanding } from '../assets/consumer-standing.ts';
import { knownAssets, type KnownAsset } from '../assets/known-assets.ts';
import { assetsOf } from '../dag-control.ts';
import { definitionOf, registeredDags } from '../dag-registry.ts';
import { CommandError } from '../failure.ts';
import { noWorker } from '../no-worker.ts';
import { manualRunId, startRun } from '../start-run.ts';
import { openTemporal } from '../temporal-client.ts';

/** `tw assets`: what tasks make and DAGs wait for. */
export function assetsCommand(): Command {
  const command = new Command('assets').description('what tasks make and DAGs wait for');
  command
    .command('list')
    .description('every asset that the DAGs name, who makes it and whom it starts')
    .option('--json', 'print JSON')
    .action(list);
  command
    .command('show')
    .description('an asset, and what has come for the DAGs that wait for it')
    .argument('<asset>')
    .option('--json', 'print JSON')
    .action(show);
  command
    .command('events')
    .description('when an asset was made, and by which run, the newest first')
    .argument('<asset>')
    .option('--limit <number>', 'at most so many', wholeNumber, 100)
    .option('--json', 'print JSON')
    .action(events);
  command
    .command('materialize')
    .description('start a run of the DAG that makes an asset')
    .argument('<asset>')
    .option('--dry-run', 'say what would be started, and start nothing')
    .option('--json', 'print JSON')
    .action(materialize);
  return command;
}

interface Options {
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly limit?: number;
}

const definitions = () => registeredDags().map(({ definition }) => definition);

function list({ json = false }: Options): void {
  const assets = knownAssets(definitions());
  if (json) console.log(JSON.stringify(assets));
  else if (assets.length === 0) console.log('no DAG names an asset: give a task outlets, or a DAG assets');
  else {
    const table = new Table({ head: ['asset', 'made by', 'starts'], style: { head: [], border: [] } });
    for (const { asset, producers, consumers } of assets)
      table.push([asset, producers.join(', '), consumers.join(', ')]);
    console.log(table.toString());
  }
}

async function show(name: string, { json = false }: Options): Promise<void> {
  const known = assetOf(name);
  const settings = loadSettings(['temporal']);
  await using temporal = await openTemporal(settings.temporal);
  const hub = await assetsOf(temporal.client, settings.taskQueue).status().catch(noWorker);
  const consumers = known.consumers.map((dagId) => {
    const queue = hub?.queues.find((one) => one.dagId === dagId);
    return consumerStanding(name, definitionOf(dagId), queue);
  });
  if (json) {
    console.log(JSON.stringify({ ...known, consumers }));
    return;
  }
  console.log(`made by    ${known.producers.join(', ') || 'no task here'}`);
  for (const consumer of consumers) console.log(consumerLines(consumer).join('\n'));
}

async function events(name: string, { limit = 100, json = false }: Options): Promise<void> {
  const settings = loadSettings(['temporal']);
  const store = createS3ObjectStore(settings.s3, { attempts: 2, connectMs: 2_000, idleMs: 5_000, answerMs: 5_000 });
  const found: AssetEvent[] = [];
  try {
    for await (const event of createAssetLog(store).list(name)) {
      if (found.push(event) === limit) break;
    }
  } finally {
    store.close();
  }
  // A DAG that is gone may have made it; one that was never made is most likely a slip.
  if (found.length === 0) assetOf(name);
  const told = found.map(({ timestamp, ...event }) => ({ ...event, timestamp: instantText(new Date(timestamp)) }));
  if (json) console.log(JSON.stringify(told));
  else if (told.length === 0) console.log(`${name} has not been made yet`);
  else {
    const partitions = told.some(({ partitionKey }) => partitionKey !== undefined);
    const head = ['time', 'run', 'task', 'index', ...(partitions ? ['partition'] : [])];
    const table = new Table({ head, style: { head: [], border: [] } });
    for (const { timestamp, dagId, runId, taskId, mapIndex, partitionKey = '' } of told) {
      const partition = partitions ? [partitionKey] : [];
      table.push([timestamp, runId, `${dagId}.${taskId}`, mapIndex < 0 ? '' : mapIndex, ...partition]);
    }
    console.log(table.toString());
  }
}

async function materialize(name: string, { dryRun = false, json = false }: Options): Promise<void> {
  const { producers } = assetOf(name);
  const dagIds = [...new Set(producers.map((producer) => producer.split('.')[0] ?? ''))];
  const [dagId] = dagIds;
  if (dagId === undefined || dagIds.length > 1) {
    const who = dagId === undefined ? 'no DAG here makes it' : `${dagIds.join(', ')} make it: trigger one of them`;
    throw new CommandError(`cannot tell which DAG to run for ${name}: ${who}`);
  }
  const runId = manualRunId(dagId);
  if (!dryRun) {
    const settings = loadSettings(['temporal']);
    await using temporal = await openTemporal(settings.temporal);
    await startRun(temporal.client, { dagId, runId, taskQueue: settings.taskQueue, params: {} });
  }
  if (json) console.log(JSON.stringify({ asset: name, dagId, runId, started: !dryRun }));
  else console.log(`${dryRun ? 'would start' : 'started'} ${runId}`);
}

function assetOf(name: string): KnownAsset {
  const all = knownAssets(definitions());
  const found = all.find(({ asset }) => asset === name);
  if (found !== undefined) return found;
  const names = all.map(({ asset }) => asset);
  throw new CommandError(
    `no DAG names the asset ${name}; ${names.length === 0 ? 'there is none' : `there are: ${names.join(', ')}`}`,
  );
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^\d{1,9}$/.test(text) || number < 1) throw new InvalidArgumentError('use a whole number from 1');
  return number;
}
