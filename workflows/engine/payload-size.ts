import { ApplicationFailure } from '@temporalio/common';
import { failureTypes } from './failures.ts';

/** Bytes of JSON that one value in a history may have: half of what makes Temporal itself fail, or hang. */
const largestPayload = 1024 * 1024;

/**
 * A value's JSON; `undefined` for `undefined`. Throws a clear error for a value that is too large for a history, or no JSON
 * at all; `what` begins the sentence.
 */
export function payloadText(what: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const text = toJson(what, value);
  // A UTF-16 unit is at most three bytes of UTF-8, so most values need no second look.
  if (text.length * 3 <= largestPayload) return text;
  const bytes = new TextEncoder().encode(text).length;
  if (bytes <= largestPayload) return text;
  throw ApplicationFailure.create({
    type: failureTypes.tooLarge,
    nonRetryable: true,
    message: `${what} is ${bytes} bytes of JSON, over the limit of ${largestPayload}: put it in object storage and pass its key`,
  });
}

/** A result as whoever needs it is given it: what its JSON says, the same after a re-run, and nobody's to change. */
export function asKept(text: string | undefined): unknown {
  return text === undefined ? undefined : JSON.parse(text, (_, value: unknown) => Object.freeze(value));
}

function toJson(what: string, value: unknown): string {
  try {
    // What has no JSON, a function for example, would come to its reader as `undefined`.
    return JSON.stringify(value) ?? 'null';
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw ApplicationFailure.create({
      type: failureTypes.failed,
      nonRetryable: true,
      message: `${what} is not JSON (${reason}): return plain data`,
    });
  }
}
