import type { AdapterError } from '../shared/adapter-error.ts';

/** How long to go on while the brokers are away: a restart fits in. */
const unavailableMs = 45_000;

/** How long to go on while a topic is unknown: a broker that has just started knows its topics only after a moment. */
const unknownMs = 5_000;

/** Decides, failure by failure, whether to try once more. The time runs from the call of this function. */
export function retryUntil(): (failure: AdapterError) => boolean {
  const start = Date.now();
  return (failure) => {
    const spent = Date.now() - start;
    return failure.code === 'not_found' ? spent < unknownMs : failure.canRetry && spent < unavailableMs;
  };
}

/** Closes a client of the library, if there is one; one that is broken cannot say more about it than its requests did. */
export async function closed(client: { close(): Promise<void> } | undefined): Promise<void> {
  await client?.close().catch(() => undefined);
}
