import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A promise that a signal cuts short with its reason. The work behind it goes on unseen, since the Kafka client cannot
 * take a request back; close the client to end it.
 */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
    if (signal.aborted) stop();
  });
}

/** Waits; throws the signal's reason when it aborts. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await abortable(sleep(ms), signal);
}
