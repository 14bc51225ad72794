import Table from 'cli-table3';
import { Command } from 'commander';
import { WorkflowFailedError, type Client } from '@temporalio/client';
import { loadSettings } from '../../config/environment.ts';
import type { DagDefinition } from '../../dag/definition.ts';
import { assetScheduleText } from '../../dag/partitioned-assets.ts';
import { timetableText } from '../../dag/timetable-text.ts';
import { checkParams } from '../../dag/params.ts';
import { partitionKeyProblem } from '../../dag/partition-key.ts';
import { longRunIdText } from '../../pipeline/run-keys.ts';
import { definitionOf, registeredDags } from '../dag-registry.ts';
import { dateOption } from '../date-option.ts';
import { CommandError } from '../failure.ts';
import { jsonOption } from '../json-option.ts';
import { runUrl } from '../../config/run-url.ts';
import { manualRunId, startRun } from '../start-run.ts';
import { openTemporal } from '../temporal-client.ts';
import { dagsNewCommand } from './dags-new.ts';
import { standingsOf } from '../dags/dag-standing.ts';
import { pausedText } from '../dags/standing-text.ts';
import { dagsPauseCommand } from './dags-pause.ts';
import { dagsTestCommand } from './dags-test.ts';
import { dagsGraphCommand, dagsNextCommand, dagsShowCommand } from './dags-show.ts';

/** `tw dags`: the DAGs of this checkout, and runs of them. */
export function dagsCommand(): Command {
  const command = new Command('dags').description('look at DAGs and trigger runs');
  command
    .command('list')
    .description('every DAG with its schedule, whether it is paused, what runs of it, params and tasks')
    .option('--json', 'print JSON')
    .action(({ json = false }: { readonly json?: boolean }) => list(json));
  command
    .addCommand(dagsShowCommand())
    .addCommand(dagsGraphCommand())
    .addCommand(dagsNextCommand())
    .addCommand(dagsNewCommand())
    .addCommand(dagsTestCommand())
    .addCommand(dagsPauseCommand('pause'))
    .addCommand(dagsPauseCommand('unpause'));
  command
    .command('trigger')
    .description('start a run')
    .argument('<dag-id>')
    .option('-c, --conf <json>', 'params of the run, as a JSON object')
    .option(
      '-e, --logical-date <date>',
      'its logical date, ISO 8601, UTC unless it says otherwise: it is about the last data interval that was over then; now by default',
      dateOption,
    )
    .option(
      '--run-after <date>',
      'begins no earlier than this, ISO 8601, UTC unless it says otherwise; queued until then',
      dateOption,
    )
    .option(
      '--partition-key <key>',
      'the key of the partition that it is about, 2026-03-10 for example; none by default',
    )
    .option('-r, --run-id <id>', 'its id; by default manual__<now>, after the DAG')
    .option('-w, --wait', 'wait for its end; exit code 1 when it failed')
    .option('--dry-run', 'check it, and say what would be started')
    .option('--json', 'print JSON')
    .action(trigger);
  return command;
}

async function list(json: boolean): Promise<void> {
  const definitions = registeredDags().map(({ definition }) => definition);
  const standings = await standingsOf(definitions, (sentence) => void process.stderr.write(`${sentence}\n`));
  const dags = definitions.map((definition) => ({
    ...summaryOf(definition),
    standing: standings?.get(definition.id) ?? null,
  }));
  if (json) {
    console.log(JSON.stringify(dags));
    return;
  }
  const head = ['dag', 'schedule', 'paused', 'active', 'queued', 'missed', 'tasks', 'params', 'description'];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { id, schedule, assets, standing, tasks, params, description } of dags) {
    const paused = standing === null ? '' : pausedText(standing);
    const { activeRuns, queuedRuns, schedule: fired } = standing ?? {};
    const counts = [activeRuns, queuedRuns, fired?.missed].map((count) => count ?? '');
    table.push([
      id,
      [schedule, assets].filter(Boolean).join(', or ') || 'when asked',
      paused,
      ...counts,
      tasks.length,
      params.join(', '),
      description,
    ]);
  }
  console.log(table.toString());
}

function summaryOf({
  id,
  description,
  timetable,
  assets,
  assetPartitions,
  tasks,
  params,
  tags,
  catchup,
  maxActiveRuns,
}: DagDefinition) {
  const schedule = timetable === null ? null : timetableText(timetable);
  return {
    id,
    description,
    schedule,
    ...(assets !== undefined && { assets: assetScheduleText(assets, assetPartitions) }),
    catchup,
    maxActiveRuns,
    tags,
    params: Object.keys(params.shape),
    tasks: tasks.map((task) => task.id),
  };
}

interface TriggerOptions {
  readonly conf?: string;
  readonly logicalDate?: Date;
  readonly partitionKey?: string;
  readonly runAfter?: Date;
  readonly runId?: string;
  readonly wait?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

async function trigger(
  dagId: string,
  { conf, logicalDate, partitionKey, runAfter, runId, wait = false, dryRun = false, json = false }: TriggerOptions,
): Promise<void> {
  const definition = definitionOf(dagId);
  const params = conf === undefined ? {} : jsonOption('--conf', conf, '{"posts": 50}');
  // The run would say the same, a moment later and less near.
  const { problems } = checkParams(definition, params);
  if (problems !== undefined) throw new CommandError(`--conf is not right: ${problems.join('; ')}`);
  const wrong = partitionKey === undefined ? undefined : partitionKeyProblem(partitionKey);
  if (wrong !== undefined) throw new CommandError(wrong);
  const workflowId = runId ?? manualRunId(dagId);
  const tooLong = longRunIdText({ dagId, runId: workflowId });
  if (tooLong !== undefined) throw new CommandError(tooLong);
  if (dryRun) {
    const about = { logicalDate: logicalDate ?? null, partitionKey: partitionKey ?? null, runAfter: runAfter ?? null };
    if (json) console.log(JSON.stringify({ dagId, runId: workflowId, params, ...about, dryRun }));
    else console.log(`would start ${workflowId} with ${JSON.stringify(params)}`);
    return;
  }
  const settings = loadSettings(['temporal']);
  await using temporal = await openTemporal(settings.temporal);
  const { client } = temporal;
  await startRun(client, {
    dagId,
    runId: workflowId,
    taskQueue: settings.taskQueue,
    params,
    ...(logicalDate !== undefined && { logicalDate }),
    ...(partitionKey !== undefined && { partitionKey }),
    ...(runAfter !== undefined && { runAfter }),
  });
  const url = runUrl(settings.temporal, workflowId);
  if (!json) console.log(`started ${workflowId}${url === undefined ? '' : `\n${url}`}`);
  const state = wait ? await endOf(client, workflowId) : 'queued';
  if (json) console.log(JSON.stringify({ dagId, runId: workflowId, state, url: url ?? null }));
  else if (wait) console.log(state);
  if (state === 'failed') process.exitCode = 1;
}

async function endOf(client: Client, workflowId: string): Promise<'success' | 'failed'> {
  try {
    await client.workflow.getHandle(workflowId).result();
    return 'success';
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    process.stderr.write(`${error.cause?.message ?? error.message}\n`);
    return 'failed';
  }
}
