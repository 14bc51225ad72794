/** The queue of tasks that name none, and of workers that are told of none. */
export const defaultQueue = 'default';

/** Reads `default,gpu`, queues that a worker serves; throws a sentence for what is no name. */
export function readQueues(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  const strange = names.find((name) => !isQueueName(name));
  if (strange !== undefined)
    throw new Error(`'${strange}' is no name of a queue: it has letters, digits, _ and -, at most 50`);
  return [...new Set(names)];
}

/** Whether a text can name a queue: it becomes the end of a task queue's name. */
export function isQueueName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_-]{0,49}$/.test(text);
}
