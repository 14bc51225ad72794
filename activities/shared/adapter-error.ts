/**
 * What can go wrong at an adapter, in words that every system shares, so that a step reacts to the kind of trouble
 * and never to one library's exception.
 *
 * - `unavailable` the system cannot be reached, or answers that it is not ready
 * - `timeout` no answer in time; the effect may have happened
 * - `throttled` asked to slow down
 * - `unauthorized` credentials are missing, wrong or not allowed to do this
 * - `not_found` the thing addressed does not exist
 * - `conflict` somebody else was first
 * - `invalid` the request can never succeed as it is
 * - `corrupt` stored data contradicts itself: never go on over it
 * - `too_large` over a limit
 * - `internal` a defect, ours or theirs
 */
export const adapterErrorCodes = [
  'unavailable',
  'timeout',
  'throttled',
  'unauthorized',
  'not_found',
  'conflict',
  'invalid',
  'corrupt',
  'too_large',
  'internal',
] as const;

/** The kind of an {@link AdapterError}. */
export type AdapterErrorCode = (typeof adapterErrorCodes)[number];

/** Whether trying the same thing again may help, unless the thrower knows better. */
const retryable: Readonly<Record<AdapterErrorCode, boolean>> = {
  unavailable: true,
  timeout: true,
  throttled: true,
  unauthorized: false,
  not_found: false,
  conflict: false,
  invalid: false,
  corrupt: false,
  too_large: false,
  internal: true,
};

/** How an {@link AdapterError} is made. */
export interface AdapterErrorOptions {
  /** The system that it happened at, for example `kafka` or `s3`. */
  readonly system: string;
  readonly code: AdapterErrorCode;
  /** Whether an attempt more may help; by default the code decides. */
  readonly canRetry?: boolean;
  /** Milliseconds that the system asks to be left alone for. */
  readonly retryAfter?: number;
  /** The library's own error. Its message is not shown to people, since it may carry headers or addresses. */
  readonly cause?: unknown;
}

/**
 * The one error that adapters throw. The message says what happened, to what, and what to do; it never holds a
 * secret or a record's content.
 */
export class AdapterError extends Error {
  readonly system: string;
  readonly code: AdapterErrorCode;
  readonly canRetry: boolean;
  readonly retryAfter: number | undefined;

  constructor(message: string, options: AdapterErrorOptions) {
    super(message, { cause: options.cause });
    this.name = 'AdapterError';
    this.system = options.system;
    this.code = options.code;
    this.canRetry = options.canRetry ?? retryable[options.code];
    this.retryAfter = options.retryAfter;
  }
}
