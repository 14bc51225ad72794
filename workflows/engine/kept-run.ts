import { ApplicationFailure } from '@temporalio/common';
import { CancellationScope, isCancellation, patched, workflowInfo } from '@temporalio/workflow';
import type { EndedAttempt, KeptAttempt } from '../../activities/steps/control-contract.ts';
import type { DagDefinition, RunContext } from '../../dag/definition.ts';
import { choosers, clears, marks, readRerun, rerunMemo, type KeptInstance, type Rerun } from '../../dag/kept.ts';
import type { TaskInstance } from '../../dag/planner.ts';
import { controlActivities } from './control.ts';
import { diagnose, failureTypes } from './failures.ts';
import { openSpread } from './message-spread.ts';
import { asKept } from './payload-size.ts';
import { openBook, type RunBook } from './run-book.ts';

/** What the timers between the parts of what is kept are for. */
const inParts = 'what is kept of the run, in parts';

/** What a run that was started again is told; `undefined` for one that is started for the first time. */
export function rerunOrder(): Rerun | undefined {
  try {
    return readRerun(workflowInfo().memo?.[rerunMemo]);
  } catch (error) {
    return giveUp(`the memo ${rerunMemo} is not right`, error);
  }
}

/** Which attempt a run goes on from, and what of it is cleared. */
type KeptFrom = Pick<Rerun, 'from' | 'cleared' | 'marked'>;

/**
 * How the run of a slot ended, where it has been run: whoever fires a slot again, a Schedule's backfill for example, has asked for
 * its run, which there is. To have it run again is to clear it. `null` for any other run.
 */
export async function endedBefore({ dagId, runId, runType }: RunContext): Promise<EndedAttempt | null> {
  return runType !== 'manual' ? controlActivities().endedAttempt({ dagId, runId }) : null;
}

/**
 * The book of a run that is started again: what the attempt before it left, with what is cleared to be decided anew. States and
 * tries come whole; of results those alone that a task which is to run may be given, and those that chose what is to run.
 */
export async function keptBook(definition: DagDefinition, rerun: KeptFrom): Promise<RunBook> {
  try {
    return await readBook(definition, rerun);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return giveUp(`attempt ${rerun.from}, from which this one was to go on, cannot be read`, error);
  }
}

async function readBook(definition: DagDefinition, rerun: KeptFrom): Promise<RunBook> {
  const attempt = attemptOf(definition, rerun);
  const kept = await keptInstances(attempt);
  const chose = choosers(definition, kept);
  const values = new Map<KeptInstance, unknown>();
  await eachResult(attempt, chose, (one, value) => values.set(one, value));
  const book = openBook(
    definition,
    kept.map((one) => (values.has(one) ? { ...one, value: values.get(one) } : one)),
    patched,
  );
  const isCleared = clears(rerun);
  const markOf = marks(rerun);
  for (const { status } of book.instances) {
    const { taskId, mapIndex } = status();
    const state = markOf({ taskId, mapIndex });
    if (state !== undefined) book.mark({ taskId, mapIndex }, state);
  }
  book.clear(book.instances.map(({ status }) => status()).filter(isCleared));
  await supplyResults(definition, rerun, book);
  return book;
}

/** Brings a book the results that tasks which have not ended may be given; `undefined` when they are all here. */
export function supplyResults(
  definition: DagDefinition,
  rerun: Pick<Rerun, 'from'>,
  book: RunBook,
): Promise<void> | undefined {
  const lacking = book.lacking();
  if (lacking.length === 0) return undefined;
  // Also in a run that is being cancelled: what was cleared by then waits for nothing else.
  return CancellationScope.nonCancellable(() => eachResult(attemptOf(definition, rerun), lacking, book.supply));
}

function attemptOf({ id: dagId }: DagDefinition, { from: attempt }: Pick<Rerun, 'from'>): KeptAttempt {
  return { dagId, runId: workflowInfo().workflowId, attempt };
}

async function keptInstances(attempt: KeptAttempt): Promise<readonly KeptInstance[]> {
  const spread = openSpread(inParts);
  const kept: KeptInstance[] = [];
  for (let from: number | null = 0; from !== null;) {
    const part = await controlActivities().keptTasks({ ...attempt, from });
    kept.push(...part.instances);
    from = part.next;
    await spread(JSON.stringify(part).length);
  }
  return kept;
}

async function eachResult<Instance extends TaskInstance>(
  attempt: KeptAttempt,
  instances: readonly Instance[],
  take: (instance: Instance, value: unknown) => void,
): Promise<void> {
  const spread = openSpread(inParts);
  for (let at = 0; at < instances.length;) {
    const left = instances.slice(at);
    const asked = left.map(({ taskId, mapIndex }) => ({ taskId, mapIndex }));
    const results = await controlActivities().keptResults({ ...attempt, instances: asked });
    let characters = 0;
    for (const [index, value] of results.entries()) {
      const text = JSON.stringify(value);
      characters += text.length;
      take(left[index] as Instance, asKept(text));
    }
    at += results.length;
    await spread(characters);
  }
}

/** Without what is kept a run has nothing to go on from. The record before stays the newest one, so that it can be asked for again. */
function giveUp(what: string, thrown: unknown): never {
  const message = `${what}: ${diagnose(thrown).error.message}`;
  throw ApplicationFailure.create({ type: failureTypes.rerun, message, nonRetryable: true });
}
