import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import Table from 'cli-table3';
import { WorkflowNotFoundError, WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure, type UpdateDefinition } from '@temporalio/common';
import { AdapterError } from '../../activities/shared/adapter-error.ts';
import type { TaskState } from '../../dag/states.ts';
import { failureTypes } from '../../workflows/engine/failures.ts';
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

/** Edits that were worked out from what runs are now. */
export interface FoundEdits {
  readonly edits: readonly RunEdit[];
  /** Why others are left, in sentences. */
  readonly left: readonly string[];
}

/**
 * Shows edits, asks whether to make them, and makes them one run after the other; what cannot be made holds up no other. They are worked out
 * again once they were agreed to, since runs go on meanwhile: where they have changed, they are shown and asked for again. `ask` is how.
 */
export async function makeEdits(
  find: () => Promise<FoundEdits>,
  { verb, done }: EditWords,
  { dryRun = false, yes = false, json = false }: EditOptions,
  ask: (question: string) => Promise<boolean> = confirmed,
): Promise<void> {
  const warned = new Set<string>();
  const look = async (): Promise<Shown> => {
    const { edits, left } = await find();
    for (const sentence of left) {
      if (!warned.has(sentence)) process.stderr.write(`left as it is: ${sentence}\n`);
      warned.add(sentence);
    }
    const wanted = edits.filter(({ instances }) => instances.length > 0);
    return { wanted, rows: wanted.flatMap(({ runId, instances }) => instances.map((one) => ({ runId, ...one }))) };
  };
  let shown = await look();
  const counts = (): string => `${plural(shown.rows.length, 'task instance')} of ${plural(shown.wanted.length, 'run')}`;
  for (let isAgreed = yes || dryRun; ;) {
    if (!json) console.log(shown.rows.length === 0 ? `there is nothing to ${verb}` : tableOf(shown.rows));
    if (isAgreed || shown.rows.length === 0) break;
    if (!(await ask(`${verb} ${counts()}?`))) {
      console.log(`nothing was ${done}`);
      return;
    }
    const now = await look();
    isAgreed = isDeepStrictEqual(now.rows, shown.rows);
    shown = now;
    if (isAgreed) break;
    process.stderr.write('this has changed meanwhile:\n');
  }
  const { wanted, rows } = shown;
  const told: { readonly runId: string; readonly outcome?: string; readonly error?: string }[] = [];
  if (!dryRun) for (const { runId, act } of wanted) told.push(await outcomeOf(runId, act));
  if (json) console.log(JSON.stringify({ dryRun, instances: rows, runs: told }));
  else if (dryRun && rows.length > 0) console.log(`${counts()} would be ${done}`);
  for (const { runId, outcome, error } of told) {
    if (error !== undefined) process.stderr.write(`${runId}: ${error}\n`);
    else if (!json) console.log(`${runId}: ${outcome}`);
  }
  if (told.some(({ error }) => error !== undefined)) process.exitCode = 1;
}

/** What somebody is asked about. */
interface Shown {
  readonly wanted: readonly RunEdit[];
  readonly rows: readonly (RunEdit['instances'][number] & { readonly runId: string })[];
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

/** Milliseconds after which a run that is busy is told again. */
const tellAgainAfter = 200;

/**
 * Tells a run that is under way what to change, again where it is just busy. Throws CommandError in its own words when it refuses, and when
 * nobody answers.
 */
export async function tellRun<Input>(
  client: Client,
  runId: string,
  update: UpdateDefinition<unknown, [Input]>,
  input: Input,
  deadline = Date.now() + answerAtMost,
): Promise<void> {
  try {
    await client.withDeadline(deadline, () =>
      client.workflow.getHandle(runId).executeUpdate(update, { args: [input] }),
    );
  } catch (error) {
    if (isBusy(error) && Date.now() + tellAgainAfter < deadline) {
      await delay(tellAgainAfter);
      await tellRun(client, runId, update, input, deadline);
      return;
    }
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

function isBusy(error: unknown): boolean {
  if (!(error instanceof WorkflowUpdateFailedError)) return false;
  return error.cause instanceof ApplicationFailure && error.cause.type === failureTypes.busy;
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
 * Works out an edit for each of some runs. Of several, those that it does not fit are left; of one it is an error. Throws CommandError.
 */
export async function editsOf(
  open: OpenRuns,
  runs: readonly RunSummary[],
  editOf: (run: EditableRun) => RunEdit | string,
): Promise<FoundEdits> {
  const edits: RunEdit[] = [];
  const left = new Set<string>();
  for (const run of runs) {
    const editable = await editableRun(open, run);
    const edit = typeof editable === 'string' ? editable : editOf(editable);
    if (typeof edit === 'string') left.add(edit);
    else edits.push(edit);
  }
  const [why] = left;
  if (edits.length === 0 && why !== undefined) throw new CommandError(why);
  return { edits, left: [...left] };
}
