import { AdapterError, type AdapterErrorCode } from '../shared/adapter-error.ts';

/** gRPC's status codes, by the kind of trouble that they are. */
const kinds: Readonly<Record<number, readonly [AdapterErrorCode, string]>> = {
  1: ['timeout', 'the call was given up'],
  3: ['invalid', 'Temporal takes no such request'],
  4: ['timeout', 'no answer in time'],
  5: ['not_found', 'there is no such workflow, Schedule or namespace'],
  6: ['conflict', 'it is there already'],
  7: ['unauthorized', 'Temporal does not let us; check the namespace and the API key or certificates'],
  8: ['throttled', 'asked to slow down'],
  9: ['conflict', 'it has changed meanwhile'],
  10: ['unavailable', 'the request was given up for another one'],
  14: ['unavailable', 'Temporal does not answer'],
  16: ['unauthorized', 'Temporal does not know us; check the API key or certificates'],
};

/** Maps anything that the Temporal client throws. Its message stays in `cause`. */
function temporalError(what: string, thrown: unknown): AdapterError {
  if (thrown instanceof AdapterError) return thrown;
  const code = codeOf(thrown);
  const [kind, words] = (code === undefined ? undefined : kinds[code]) ?? ['internal', 'unexpected error'];
  const name = code === undefined ? (thrown instanceof Error ? thrown.name : typeof thrown) : `gRPC ${code}`;
  // A controller that goes on in a new history is gone and there again within moments; only what Temporal refuses stays so.
  const canRetry = kind !== 'unauthorized' && kind !== 'invalid';
  return new AdapterError(`${what}: ${words} (${name})`, { system: 'temporal', code: kind, canRetry, cause: thrown });
}

/** What an act gives; what it throws is mapped, with words for what was done. */
export async function told<Result>(what: string, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    throw temporalError(what, error);
  }
}

/** The gRPC code of an error or of what caused it; the SDK's own "not found" counts as one. */
export function codeOf(thrown: unknown): number | undefined {
  for (let error: unknown = thrown; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'number') return error.code;
    if (error.name === 'WorkflowNotFoundError' || error.name === 'ScheduleNotFoundError') return 5;
  }
  return undefined;
}

/** Whether there is no such workflow, Schedule or namespace, or no more. */
export function isNotFound(thrown: unknown): boolean {
  return codeOf(thrown) === 5;
}
