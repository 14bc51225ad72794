import Table from 'cli-table3';
import { WorkflowNotFoundError, WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { AdapterError } from '../../activities/shared/adapter-error.ts';
import type { TaskState } from '../../dag/states.ts';
import { confirmed } from '../confirm.ts';
import { CommandError } from '../failure.ts';
import { wasNotAnswered } from '../task-results.ts';
import { editableRun, type EditableRun } from './editable-run.ts';
import type { OpenRuns } from './open-runs.ts';
import type { RunSummary } from './run-summary.ts';

/** What is to be done with one run. */
export interface RunEdit {
  readonly runId: string;
  /** The task instances that it changes. */
  readonly instances: readonly {
    readonly taskId: string;
    readonly mapIndex: number;
    readonly label: string;
    readonly from: TaskState;
    readonly to: TaskState;
  }[];
  /** Does it; in words, what became of the run. */
  readonly act: () => Promise<string>;
}

/** How much a command asks and tells. */
export interface EditOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** What an edit is called: `clear`, `cleared`. */
export interface EditWords {
  readonly verb: string;
  readonly done: string;
}

/** Shows edits, asks whether to make them, and makes them one run after the other; what cannot be made holds up no other. */
export async function makeEdits(
  edits: readonly RunEdit[],
  { verb, done }: EditWords,
  { dryRun = false, yes = false, json = false }: EditOptions,
): Promise<void> {
  const wanted = edits.filter(({ instances }) => instances.length > 0);
  const rows = wanted.flatMap(({ runId, instances }) => instances.map((one) => ({ runId, ...one })));
  const counts = `${plural(rows.length, 'task instance')} of ${plural(wanted.length, 'run')}`;
  const told: { readonly runId: string; readonly outcome?: string; readonly error?: string }[] = [];
  if (!json) console.log(rows.length === 0 ? `there is nothing to ${verb}` : tableOf(rows));
  if (!dryRun && rows.length > 0) {
    if (!yes && !(await confirmed(`${verb} ${counts}?`))) {
      console.log(`nothing was ${done}`);
      return;
    }
    for (const { runId, act } of wanted) told.push(await outcomeOf(runId, act));
  }
  if (json) console.log(JSON.stringify({ dryRun, instances: rows, runs: told }));
  else if (dryRun && rows.length > 0) console.log(`${counts} would be ${done}`);
  for (const { runId, outcome, error } of told) {
    if (error !== undefined) process.stderr.write(`${runId}: ${error}\n`);
    else if (!json) console.log(`${runId}: ${outcome}`);
  }
  if (told.some(({ error }) => error !== undefined)) process.exitCode = 1;
}

async function outcomeOf(
  runId: string,
  act: () => Promise<string>,
): Promise<{ readonly runId: string; readonly outcome?: string; readonly error?: string }> {
  try {
    return { runId, outcome: await act() };
  } catch (error) {
    if (!(error instanceof CommandError) && !(error instanceof AdapterError)) throw error;
    return { runId, error: error.message };
  }
}

/** Milliseconds that a run may take to answer an edit: a worker may have to replay it first. */
const answerAtMost = 20_000;

/** Tells a run that is under way what to change. Throws CommandError in its own words when it refuses, and when nobody answers. */
export async function tellRun<Input>(
  client: Client,
  runId: string,
  update: UpdateDefinition<unknown, [Input]>,
  input: Input,
): Promise<void> {
  const deadline = Date.now() + answerAtMost;
  try {
    await client.withDeadline(deadline, () =>
      client.workflow.getHandle(runId).executeUpdate(update, { args: [input] }),
    );
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) throw new CommandError(error.cause?.message ?? error.message);
    if (error instanceof WorkflowNotFoundError)
      throw new CommandError('it has ended meanwhile: say it again, and it goes on as its next attempt');
    if (wasNotAnswered(error) || Date.now() >= deadline) {
      throw new CommandError(
        `no worker answered within ${answerAtMost / 1_000} s: start one (tw worker), see with tw tasks states ${runId} whether it was done, and say it again`,
      );
    }
    throw error;
  }
}

function tableOf(
  rows: readonly { readonly runId: string; readonly label: string; readonly from: TaskState; readonly to: TaskState }[],
): string {
  const table = new Table({ head: ['run', 'task', 'state', 'becomes'], style: { head: [], border: [] } });
  for (const { runId, label, from, to } of rows) table.push([runId, label, from, to]);
  return table.toString();
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/**
 * Works out an edit for each of some runs. Of several, those that it does not fit are told on stderr and left; of one it is an
 * error. Throws CommandError.
 */
export async function editsOf(
  open: OpenRuns,
  runs: readonly RunSummary[],
  editOf: (run: EditableRun) => RunEdit | string,
): Promise<readonly RunEdit[]> {
  const edits: RunEdit[] = [];
  const left: string[] = [];
  for (const run of runs) {
    const editable = await editableRun(open, run);
    const edit = typeof editable === 'string' ? editable : editOf(editable);
    if (typeof edit === 'string') left.push(edit);
    else edits.push(edit);
  }
  const [why] = left;
  if (edits.length === 0 && why !== undefined) throw new CommandError(why);
  for (const sentence of new Set(left)) process.stderr.write(`left as it is: ${sentence}\n`);
  return edits;
}
