import { isCancellation } from '@temporalio/workflow';
import type {
  DatabricksActivities,
  DatabricksRunEnd,
  StartDatabricksInput,
} from '../../activities/steps/databricks-contract.ts';
import type { PokePolicy } from '../../dag/poke-policy.ts';
import { activitiesOn } from '../engine/activities-on.ts';
import { taskOfOperator, type CurrentTask, type TryWork } from '../engine/current-task.ts';
import { diagnose, failTask } from '../engine/failures.ts';
import { ApplicationFailure } from '@temporalio/common';

const io = activitiesOn<DatabricksActivities>('io');

/**
 * How often a run is looked at: every second for the first 25 looks, so that a short notebook is not waited for in vain, then each time 5 %
 * later, so that a long one is noticed within 5 % of its time: 138 looks in an hour.
 */
export const looks: PokePolicy = { interval: 1_000, factor: 1.05, growsAfter: 25, maxWait: 90_000 };

/** While a run is being cancelled. */
const cancelLooks: PokePolicy = { interval: 1_000, factor: 1.5, maxWait: 30_000 };

/** Type of the failure of a try whose Databricks run failed. */
const databricksRunFailed = 'DatabricksRunFailed';

/** What is to run. */
export interface DatabricksJob extends Pick<StartDatabricksInput, 'kind' | 'body' | 'jobName'> {
  /** For people: `notebook /Shared/clean_pin`. */
  readonly what: string;
  /** Repairs of failed tasks that a run may have before it has failed. */
  readonly repairs: number;
}

/** How often a try has called Databricks for what, by the try. */
const calls = new WeakMap<TryWork, Map<string, number>>();

/**
 * Runs a job to its end. However often workers die meanwhile, it runs once in a try, and a try that ends before it, cancelled or late, has it
 * cancelled, and ends when it has ended.
 */
export async function runDatabricksJob(
  operator: string,
  { what, repairs, ...job }: DatabricksJob,
): Promise<DatabricksRunEnd> {
  const task = taskOfOperator(operator);
  const { host, waiting } = task;
  const order = { ...job, call: callOf(task, what), execution: host.execution() };
  // Out of reach of a cancellation: once it was asked for there may be a run, and whoever is to cancel it has to know which.
  const { runId, pageUrl } = await host.openShield().run(() => io.startDatabricksRun(order));
  const name = `Databricks run ${runId} of ${what}`;
  const end = waiting.begin({ state: 'deferred', what: `for ${name}${pageUrl === null ? '' : `: ${pageUrl}`}` });
  try {
    for (;;) {
      const ended = await poll(task, looks, () => io.findDatabricksEnd({ runId }));
      if (ended.verdict === 'success') return ended;
      if (ended.verdict === 'failure' || ended.repairs >= repairs) return failed(name, ended);
      host.warn('a Databricks run failed, and is repaired', { runId, repair: ended.repairs + 1, why: ended.text });
      const repair = { runId, repairs: ended.repairs, body: job.body };
      // As the start is: a repair that begins after the run was cancelled would go on.
      if (!(await host.openShield().run(() => io.repairDatabricksRun(repair)))) return failed(name, ended);
    }
  } catch (thrown) {
    if (!(thrown instanceof RunFailed)) await untilCancelled(task, runId, name, thrown);
    throw thrown instanceof RunFailed ? thrown.failure : thrown;
  } finally {
    const back = end();
    if (back !== undefined) await back;
  }
}

/** Names a call of a try for the tries after it: by what it is about, since calls that are made side by side may change places. */
function callOf({ work }: CurrentTask, what: string): string {
  const made = calls.get(work) ?? new Map<string, number>();
  calls.set(work, made);
  const count = (made.get(what) ?? 0) + 1;
  made.set(what, count);
  return `${what} #${count}`;
}

/** That the run has ended, as against an error on the way there. */
class RunFailed extends Error {
  readonly failure: ApplicationFailure;

  constructor(failure: ApplicationFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

function failed(name: string, { verdict, text, tasks }: DatabricksRunEnd): never {
  const wrong = tasks.filter((one) => one.verdict !== 'success');
  const words = wrong.map((one) => (tasks.length === 1 ? one.text : `${one.taskKey}: ${one.text}`));
  const message = `${name} failed: ${words.length > 0 ? words.join('; ') : text}`;
  throw new RunFailed(
    verdict === 'failure'
      ? asFailure(() => failTask(message))
      : ApplicationFailure.create({ type: databricksRunFailed, message }),
  );
}

function asFailure(fail: () => never): ApplicationFailure {
  try {
    return fail();
  } catch (thrown) {
    if (thrown instanceof ApplicationFailure) return thrown;
    throw thrown;
  }
}

/** Has a run that nobody waits for any more cancelled. Where that cannot be known, no other try may start a second one beside it. */
async function untilCancelled(task: CurrentTask, runId: number, name: string, why: unknown): Promise<void> {
  try {
    await task.host.openShield().run(() => poll(task, cancelLooks, () => io.cancelDatabricksRun({ runId })));
  } catch (thrown) {
    const { message } = diagnose(thrown).error;
    const words = `${name} could not be cancelled, and may go on: look at it, then clear the task (${message})`;
    if (isCancellation(why)) task.host.warn(words, { runId });
    else failTask(`${diagnose(why).error.message}; ${words}`);
  }
}

/** Calls an activity that gives `null` until it has found something: no worker waits in between, and no history grows. */
async function poll<Result>(task: CurrentTask, policy: PokePolicy, ask: () => Promise<Result | null>): Promise<Result> {
  const found = await task.host.within(Object.assign({}, task, { poke: { policy, limit: null } }), ask);
  if (found === null) throw new Error('a poke ended before it had found something');
  return found;
}
