import { Command, InvalidArgumentError, Option } from 'commander';
import { runStates, type RunState } from '../../dag/states.ts';
import { definitionOf } from '../dag-registry.ts';
import { dateOption } from '../date-option.ts';
import { CommandError } from '../failure.ts';
import { runUrl } from '../../config/run-url.ts';
import type { RunRecord } from '../../dag/run-record.ts';
import { noAnswerText, openRuns, runOf, type OpenRuns } from '../runs/open-runs.ts';
import { statusOfRecord, summaryOfRecord } from '../runs/recorded-runs.ts';
import type { RunSummary } from '../runs/run-summary.ts';
import { filterText } from '../runs/run-filter.ts';
import { runsMarkCommand } from './runs-mark.ts';
import { runsResumeCommand } from './runs-resume.ts';
import { whyQueued } from '../runs/why-queued.ts';
import { controlOf } from '../dag-control.ts';
import { runsTable, runText, tasksJson } from '../runs/run-text.ts';

/** `tw runs`: runs of DAGs, those that are over included. */
export function runsCommand(): Command {
  const command = new Command('runs').description('list, show, resume, mark and cancel runs');
  command
    .command('list')
    .description('runs, the newest logical date first')
    .option('-d, --dag-id <dag-id>', 'of one DAG')
    .addOption(new Option('--state <state>', 'in one state').choices(runStates))
    .option(
      '--start-date <date>',
      'with a logical date from this one on, ISO 8601; UTC unless it says otherwise',
      dateOption,
    )
    .option('--end-date <date>', 'with a logical date up to this one, itself included', dateOption)
    .option('--limit <number>', 'at most so many', wholeNumber, 100)
    .option('--json', 'print JSON')
    .action(list);
  command
    .command('show')
    .description('what a run is about, which attempt of it, why it waits, and where its tasks are')
    .argument('<run-id>')
    .option(
      '--attempt <number>',
      'an earlier attempt of a run that was cleared or marked after its end, from 1',
      wholeNumber,
    )
    .option('--json', 'print JSON')
    .action(show);
  command
    .command('cancel')
    .description('stop a run: tasks that run are cancelled, those that have not begun are skipped, the run has failed')
    .argument('<run-id>')
    .option('--dry-run', 'say what would be stopped, and stop nothing')
    .option('--json', 'print JSON')
    .action(cancel);
  command.addCommand(runsResumeCommand()).addCommand(runsMarkCommand());
  return command;
}

interface ListOptions {
  readonly dagId?: string;
  readonly state?: RunState;
  readonly startDate?: Date;
  readonly endDate?: Date;
  readonly limit: number;
  readonly json?: boolean;
}

async function list({ json = false, ...filter }: ListOptions): Promise<void> {
  await using open = await openRuns();
  const runs = await open.reader.list(filter);
  // A DAG that is gone may have runs; one that has none is most likely a slip.
  if (runs.length === 0 && filter.dagId !== undefined) definitionOf(filter.dagId);
  if (json) console.log(JSON.stringify(runs));
  else console.log(runs.length === 0 ? `there is no run${filterText(filter)}` : runsTable(runs));
}

interface ShowOptions {
  readonly attempt?: number;
  readonly json?: boolean;
}

async function show(runId: string, { attempt, json = false }: ShowOptions): Promise<void> {
  await using open = await openRuns();
  const newest = await runOf(open.reader, runId);
  const record = attempt === undefined ? undefined : await attemptOf(open, newest, attempt);
  const run = record === undefined ? newest : summaryOfRecord(record);
  const status = record === undefined ? await open.reader.status(runId) : statusOfRecord(record);
  const attempts = (await open.reader.newestAttempt(runId)) ?? 1;
  const shown = record?.attempt ?? attempts;
  const waits = run.state === 'queued' ? await whyItWaits(open, run) : undefined;
  const url = runUrl(open.settings.temporal, runId);
  if (json) {
    const dataInterval = status?.dataInterval ?? null;
    const tasks = status === undefined ? null : tasksJson(status.tasks);
    const more = { attempt: shown, attempts, ...(waits !== undefined && { waits }) };
    console.log(JSON.stringify({ ...run, ...more, dataInterval, url: url ?? null, tasks }));
  } else console.log(runText(run, { status, url, attempt: [shown, attempts], waits }));
  if (status === undefined) process.stderr.write(`${noAnswerText(runId)}\n`);
}

function whyItWaits({ client, settings }: OpenRuns, run: RunSummary): Promise<string> {
  return whyQueued({ client, control: controlOf(client, settings.taskQueue) }, run);
}

/** An attempt of a run, from the ledger. Throws CommandError, which names those that there are. */
async function attemptOf({ ledger }: OpenRuns, { dagId, runId }: RunSummary, attempt: number): Promise<RunRecord> {
  const found = await ledger.read({ dagId, runId }, attempt);
  if (found !== undefined) return found;
  const last = (await ledger.read({ dagId, runId }))?.attempt;
  const there = last === undefined ? 'none has ended yet' : last === 1 ? 'the only one is 1' : `there are 1 to ${last}`;
  throw new CommandError(`run ${runId} has left no record of an attempt ${attempt}; ${there}`);
}

interface CancelOptions {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

async function cancel(runId: string, { dryRun = false, json = false }: CancelOptions): Promise<void> {
  await using open = await openRuns();
  const run = await runOf(open.reader, runId);
  if (run.end !== null) throw new CommandError(`run ${runId} is over (${run.state}): there is nothing to cancel`);
  if (!dryRun) await open.client.workflow.getHandle(runId).cancel();
  const words = dryRun
    ? `would stop ${runId} of ${run.dagId}, which is ${run.state}`
    : `asked ${runId} to stop: tw runs show ${runId} says when it has`;
  console.log(json ? JSON.stringify({ dagId: run.dagId, runId, state: run.state, cancelled: !dryRun }) : words);
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^\d{1,9}$/.test(text) || number < 1) throw new InvalidArgumentError('use a whole number from 1');
  return number;
}
