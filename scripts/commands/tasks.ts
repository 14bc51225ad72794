import { Command, InvalidArgumentError } from 'commander';
import { createS3ObjectStore } from '../../activities/s3/s3-object-store.ts';
import { loadSettings } from '../../config/environment.ts';
import { registeredDags } from '../dag-registry.ts';
import { CommandError } from '../failure.ts';
import { noAnswerText, openRuns, runOf } from '../runs/open-runs.ts';
import { tasksAnswerCommand } from './tasks-answer.ts';
import { tasksClearCommand } from './tasks-clear.ts';
import { tasksMarkCommand } from './tasks-mark.ts';
import { tasksJson, tasksTable } from '../runs/run-text.ts';
import { findTryLog, logText, readTryLog } from '../runs/try-log.ts';

/** `tw tasks`: the tasks of a run. */
export function tasksCommand(): Command {
  const command = new Command('tasks').description("states and logs of a run's tasks; clear, mark and answer them");
  command
    .command('states')
    .description('where the tasks of a run are')
    .argument('<run-id>')
    .option('--json', 'print JSON')
    .action(states);
  command
    .command('log')
    .description('what a try of a task logged')
    .argument('<run-id>')
    .argument('<task-id>', 'a task, or of a mapped one the index with this number or label, as land[0] or land[geo]')
    .option('--map-index <number>', 'index of a mapped task; needed where there are several', wholeNumber)
    .option('--try-number <number>', 'from 1; the last one by default', wholeNumber)
    .option('-d, --dag-id <dag-id>', 'DAG of the run, where it is no longer one of this checkout')
    .option('--json', 'print the lines as they were written, a JSON document each')
    .action(log);
  command.addCommand(tasksAnswerCommand()).addCommand(tasksClearCommand()).addCommand(tasksMarkCommand());
  return command;
}

async function states(runId: string, { json = false }: { readonly json?: boolean }): Promise<void> {
  await using open = await openRuns();
  await runOf(open.reader, runId);
  const status = await open.reader.status(runId);
  if (status === undefined) throw new CommandError(noAnswerText(runId));
  console.log(json ? JSON.stringify(tasksJson(status.tasks)) : tasksTable(status.tasks));
}

interface LogOptions {
  readonly mapIndex?: number;
  readonly tryNumber?: number;
  readonly dagId?: string;
  readonly json?: boolean;
}

async function log(runId: string, name: string, { dagId, json = false, ...options }: LogOptions): Promise<void> {
  const { taskId, ...which } = { ...(await instanceOf(runId, name)), ...options };
  const dagIds = dagId === undefined ? registeredDags().map(({ definition }) => definition.id) : [dagId];
  const store = createS3ObjectStore(loadSettings(['s3']).s3);
  try {
    const lines = await readTryLog(store, await findTryLog(store, { runId, taskId, ...which }, dagIds));
    process.stdout.write(json ? lines : logText(lines, process.stdout.isTTY));
  } finally {
    store.close();
  }
}

/** A task as it was written for `--map-index` to say the rest, or an index of it by number or label, which the run itself knows. */
async function instanceOf(
  runId: string,
  name: string,
): Promise<{ readonly taskId: string; readonly mapIndex?: number }> {
  const [, taskId, index = ''] = /^(.+?)\[(.*)\]$/.exec(name) ?? [];
  if (taskId === undefined) return { taskId: name };
  if (/^\d{1,9}$/.test(index)) return { taskId, mapIndex: Number(index) };
  await using open = await openRuns();
  const tasks = (await open.reader.status(runId))?.tasks ?? [];
  const found = tasks.find((task) => task.label === name);
  if (found !== undefined) return { taskId: found.taskId, mapIndex: found.mapIndex };
  const labels = tasks.filter((task) => task.taskId === taskId).map(({ label }) => label);
  throw new CommandError(
    `run ${runId} has no ${name}${labels.length === 0 ? '' : `; there are ${labels.slice(0, 20).join(', ')}`}`,
  );
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('use a whole number');
  return Number(text);
}
