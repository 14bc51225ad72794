import type { TaskDefinition } from './definition.ts';
import type { TryOptions } from './options.ts';
import { isPoolName } from './pool.ts';
import { weightRules } from './priority.ts';
import { defaultQueue, isQueueName } from './queue.ts';

/** What says where a task runs, and what it waits for before it begins. */
type Room = Pick<
  TaskDefinition,
  | 'queue'
  | 'priorityWeight'
  | 'weightRule'
  | 'pool'
  | 'poolSlots'
  | 'maxActiveTisPerDag'
  | 'dependsOnPast'
  | 'waitForDownstream'
>;

/**
 * Reads a task's place among others: queue, weight, pool, past. What is the default is left out, so that such a task's definition says what
 * it always said. `say` is told of what is wrong.
 */
export function taskRoom(options: TryOptions, say: (text: string) => never): Room {
  return { ...priorityOf(options, say), ...queueOf(options, say), ...poolOf(options, say), ...pastOf(options) };
}

function queueOf({ queue = defaultQueue }: TryOptions, say: (text: string) => never): Pick<TaskDefinition, 'queue'> {
  if (!isQueueName(queue)) say(`queue is '${queue}'; a name has letters, digits, _ and -, at most 50`);
  return queue === defaultQueue ? {} : { queue };
}

function priorityOf(
  { priorityWeight: weight, weightRule: rule }: TryOptions,
  say: (text: string) => never,
): Pick<TaskDefinition, 'priorityWeight' | 'weightRule'> {
  if (weight !== undefined && !Number.isInteger(weight)) say(`priorityWeight is ${weight}; it is a whole number`);
  if (rule !== undefined && !weightRules.includes(rule))
    say(`there is no weightRule ${rule as string}; there are ${weightRules.join(', ')}`);
  return { ...(weight !== undefined && { priorityWeight: weight }), ...(rule !== undefined && { weightRule: rule }) };
}

function poolOf(
  { pool, poolSlots, maxActiveTisPerDag: most }: TryOptions,
  say: (text: string) => never,
): Pick<TaskDefinition, 'pool' | 'poolSlots' | 'maxActiveTisPerDag'> {
  const isCount = (count: number): boolean => Number.isInteger(count) && count >= 1;
  if (pool != null && !isPoolName(pool))
    say(`the pool '${pool}' is no name: letters, digits, dots, - and _, at most 250`);
  if (poolSlots !== undefined && !isCount(poolSlots)) say(`poolSlots is ${poolSlots}; it is a whole number from 1`);
  if (poolSlots !== undefined && pool == null) say('has poolSlots, but no pool: name the pool, or drop poolSlots');
  if (most !== undefined && !isCount(most))
    say(`maxActiveTisPerDag is ${most}; it is a whole number from 1, left out for no limit`);
  return {
    ...(pool != null && { pool }),
    ...(poolSlots !== undefined && { poolSlots }),
    ...(most !== undefined && { maxActiveTisPerDag: most }),
  };
}

/** As in Airflow, who waits for what is below the task of the run before waits for that task, too. */
function pastOf({
  dependsOnPast = false,
  waitForDownstream = false,
}: TryOptions): Pick<TaskDefinition, 'dependsOnPast' | 'waitForDownstream'> {
  return {
    ...((dependsOnPast || waitForDownstream) && { dependsOnPast: true }),
    ...(waitForDownstream && { waitForDownstream: true }),
  };
}
