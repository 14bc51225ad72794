import type { Duration } from '../../dag/duration.ts';
import { taskOfOperator } from '../engine/current-task.ts';
import { failTask } from '../engine/failures.ts';
import { millisecondsOf } from './milliseconds.ts';
import { waitTimedOut } from './wait-timed-out.ts';

/** What a person is asked, by Airflow's names. */
export interface ApproveOptions {
  /** The question, one line. */
  readonly subject: string;
  /** What to know before answering (Markdown). */
  readonly body?: string;
  /** What counts when nobody answers in time; without it the task fails then, without another try. */
  readonly defaults?: 'Approve' | 'Reject';
  /** Time for the answer; without it, for ever. */
  readonly timeout?: Duration;
}

/** A choice between options. */
export interface ChooseOptions<Option extends string> {
  /** The question, one line. */
  readonly subject: string;
  /** What to know before answering (Markdown). */
  readonly body?: string;
  /** What there is to choose from. */
  readonly options: readonly Option[];
  /** What counts when nobody answers in time; without it the task fails then, without another try. */
  readonly defaults?: readonly NoInfer<Option>[];
  /** Time for the answer; without it, for ever. */
  readonly timeout?: Duration;
}

/**
 * Asks a person to approve (Airflow's ApprovalOperator): the task is `awaiting_input` until the run's update `answer` brings
 * `Approve` or `Reject`. Gives whether it was approved; in a short circuit a rejection skips what comes after, as in Airflow.
 */
export async function approve({ defaults, ...asked }: ApproveOptions): Promise<boolean> {
  const options = ['Approve', 'Reject'] as const;
  return (await choose({ ...asked, options, ...(defaults !== undefined && { defaults: [defaults] }) })) === 'Approve';
}

/** Asks a person to choose one of the options (Airflow's HITLOperator; in a branch its HITLBranchOperator). */
export async function choose<const Option extends string>(asked: ChooseOptions<Option>): Promise<Option> {
  const [chosen = failTask('nothing was chosen')] = await ask('choose', asked, false);
  return chosen;
}

/** Asks a person to choose one option or more. */
export async function chooseSome<const Option extends string>(
  asked: ChooseOptions<Option>,
): Promise<readonly Option[]> {
  return ask('chooseSome', asked, true);
}

async function ask<Option extends string>(
  operator: string,
  { subject, body, options, defaults, timeout }: ChooseOptions<Option>,
  multiple: boolean,
): Promise<readonly Option[]> {
  const { taskId, mapIndex, run, waiting, host } = taskOfOperator(operator);
  const problem = problemOf(options, defaults, multiple);
  if (problem !== undefined) failTask(`${operator}: ${problem}`);
  const limit = timeout === undefined ? undefined : millisecondsOf('timeout', timeout);
  const question = { taskId, mapIndex, subject, options, multiple, ...(body !== undefined && { body }) };
  const end = waiting.begin({ state: 'awaiting_input', what: `${subject} (${options.join(' / ')})`, question });
  const ends: (() => void)[] = [];
  try {
    return await new Promise<readonly Option[]>((resolve, reject) => {
      host.cancelled().catch(reject);
      const late = (ms: number): void =>
        defaults === undefined ? reject(waitTimedOut(`for an answer to '${subject}'`, ms)) : resolve(defaults);
      if (limit !== undefined) ends.push(waiting.watch(limit, () => late(limit)));
      // In the order of the options, each once; the desk has checked that there is nothing else.
      ends.push(host.desk(run).ask(question, (answer) => resolve(options.filter((one) => answer.includes(one)))));
    });
  } finally {
    for (const one of ends) one();
    const back = end();
    if (back !== undefined) await back;
  }
}

function problemOf(
  options: readonly string[],
  defaults: readonly string[] | undefined,
  multiple: boolean,
): string | undefined {
  if (options.length === 0 || new Set(options).size !== options.length) {
    return `the options are [${options.join(', ')}]; give at least one, each once`;
  }
  const strange = defaults?.find((one) => !options.includes(one));
  if (strange !== undefined) return `the default '${strange}' is none of ${options.join(', ')}`;
  if (defaults !== undefined && (defaults.length === 0 || (!multiple && defaults.length > 1))) {
    return `has ${defaults.length} defaults; give ${multiple ? 'at least one' : 'one'}, or none`;
  }
  return undefined;
}
