import { Command } from 'commander';
import type { TaskStatus } from '../../workflows/engine/queries.ts';
import { answerUpdate, type AnswerInput } from '../../workflows/engine/run-desk.ts';
import type { Question } from '../../workflows/engine/task-record.ts';
import { CommandError } from '../failure.ts';
import { tellRun } from '../runs/edit-runs.ts';
import { noAnswerText, openRuns, runOf } from '../runs/open-runs.ts';

interface AnswerOptions {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `tw tasks answer`. */
export function tasksAnswerCommand(): Command {
  return new Command('answer')
    .description('answer what a task asks (approve, choose, chooseSome); without an option, say what it asks')
    .argument('<run-id>')
    .argument('<task-id>', 'a task, or of a mapped one the index with this number or label, as ask[0] or ask[geo]')
    .argument('[options...]', 'what is chosen: Approve, for example; several where it takes several')
    .option('--dry-run', 'say what would be answered, and answer nothing')
    .option('--json', 'print JSON')
    .action(answer);
}

async function answer(
  runId: string,
  name: string,
  chosen: readonly string[],
  { dryRun = false, json = false }: AnswerOptions,
): Promise<void> {
  await using open = await openRuns();
  const run = await runOf(open.reader, runId);
  if (run.end !== null) throw new CommandError(`run ${runId} is over (${run.state}): nothing of it asks any more`);
  const status = await open.reader.status(runId);
  if (status === undefined) throw new CommandError(noAnswerText(runId));
  const question = questionOf(status.tasks, name);
  if (chosen.length === 0) {
    console.log(json ? JSON.stringify(question) : questionText(question));
    return;
  }
  const input = answerTo(question, chosen);
  if (!dryRun) await tellRun(open.client, runId, answerUpdate, input);
  const words = `${name} ${dryRun ? 'would be' : 'is'} answered: ${input.options.join(', ')}`;
  console.log(json ? JSON.stringify({ runId, ...input, dryRun }) : words);
}

/** What a task asks. Throws CommandError, which names what does ask, when it asks nothing. */
function questionOf(tasks: readonly TaskStatus[], name: string): Question {
  const asked = tasks.flatMap((task) => (task.wait?.question === undefined ? [] : [{ ...task, ...task.wait }]));
  const found = asked.find(
    ({ taskId, mapIndex, label }) => name === label || name === (mapIndex < 0 ? taskId : `${taskId}[${mapIndex}]`),
  );
  if (found?.question !== undefined) return found.question;
  const asking = asked.map(({ label }) => label);
  throw new CommandError(
    `${name} asks nothing now; ${asking.length === 0 ? 'no task of the run does' : `what asks: ${asking.join(', ')}`}`,
  );
}

/** People type `approve`: the case of letters does not matter where no other option is meant. */
function answerTo({ taskId, mapIndex, options }: Question, chosen: readonly string[]): AnswerInput {
  const meant = (text: string): string =>
    options.find((one) => one === text) ?? options.find((one) => one.toLowerCase() === text.toLowerCase()) ?? text;
  const strange = chosen.find((one) => !options.includes(meant(one)));
  if (strange !== undefined)
    throw new CommandError(`there is no option '${strange}'; there are ${options.map((one) => `'${one}'`).join(', ')}`);
  return { taskId, mapIndex, options: chosen.map(meant) };
}

function questionText({ subject, body, options, multiple }: Question): string {
  return [
    subject,
    ...(body === undefined ? [] : [body]),
    `${multiple ? 'some' : 'one'} of: ${options.join(', ')}`,
  ].join('\n');
}
