import { ApplicationFailure } from '@temporalio/common';

/** Types of an object's fields, by name. */
type Fields = Readonly<Record<string, 'string' | 'number' | 'boolean'>>;

/** Whether something that came with a message is an object with such fields. */
export function hasFields(value: unknown, fields: Fields): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const own = new Map<string, unknown>(Object.entries(value));
  return Object.entries(fields).every(([name, type]) => typeof own.get(name) === type);
}

/**
 * The validator of an update that anybody may send, from the Temporal UI for example: refuses what `isRight` does not take, in a sentence
 * that says what is. What a handler cannot read would fail its workflow's task over and over again, so that the workflow stood still.
 */
export function validatorOf(
  isRight: (input: unknown) => boolean,
  what: string,
): { readonly validator: (input: unknown) => void } {
  return {
    validator: (input) => {
      if (!isRight(input)) throw ApplicationFailure.nonRetryable(what);
    },
  };
}

/** The same for letters, which workers send. */
export function letterValidator(
  isAsk: (ask: unknown) => boolean,
  isEnd: (end: unknown) => boolean,
): ReturnType<typeof validatorOf> {
  const isLetter = (input: unknown): boolean => {
    const { asks, ends } = (input ?? {}) as { readonly asks?: unknown; readonly ends?: unknown };
    return Array.isArray(asks) && Array.isArray(ends) && asks.every(isAsk) && ends.every(isEnd);
  };
  return validatorOf(isLetter, 'this is no letter of a worker; nobody else sends any');
}
