import { isAxiosError, type AxiosResponse } from 'axios';
import { AdapterError, type AdapterErrorCode } from '../shared/adapter-error.ts';

/** Characters of the workspace's own words that are told. */
const longestWords = 500;

/** Errors of the API that another attempt mends, whatever their status. Source: Airflow's Databricks hook, the Databricks SDKs. */
const mended: readonly string[] = [
  'COULD_NOT_ACQUIRE_LOCK',
  'TEMPORARILY_UNAVAILABLE',
  'RESOURCE_EXHAUSTED',
  'REQUEST_LIMIT_EXCEEDED',
];

/** What went wrong with a request, in words that hold no secret. `what` continues "Databricks: …" for people. */
export function databricksError(what: string, cause: unknown): AdapterError {
  if (cause instanceof AdapterError) return cause;
  if (isAxiosError(cause)) {
    const { response, code = 'no answer' } = cause;
    if (response !== undefined) return refused(what, response);
    const isLate = code === 'ECONNABORTED' || code === 'ETIMEDOUT';
    // Axios says so of an answer that is longer than it may be.
    if (code === 'ERR_BAD_RESPONSE') return failed(what, 'too_large', 'the answer is too long', cause);
    return isLate
      ? failed(what, 'timeout', 'there was no answer in time', cause)
      : failed(what, 'unavailable', `the workspace cannot be reached (${code})`, cause);
  }
  return failed(what, 'internal', cause instanceof Error ? cause.message : String(cause), cause);
}

/** An answer of 2xx that is not what the API promises: a page of a proxy, for example. */
export function unexpectedAnswer(what: string, why: string): AdapterError {
  return failed(what, 'unavailable', `the answer is not what the API promises (${why})`, undefined);
}

function failed(what: string, code: AdapterErrorCode, words: string, cause: unknown): AdapterError {
  return new AdapterError(`Databricks: ${what}: ${words}`, { system: 'databricks', code, cause });
}

/** Whether the workspace does not know the token: a 401, or a 403 that says so. */
export function isTokenRefused({ status, data }: Pick<AxiosResponse<unknown>, 'status' | 'data'>): boolean {
  return status === 401 || (status === 403 && /invalid access token|token.*expired/i.test(wordsOf(data).message ?? ''));
}

function refused(what: string, { status, data, headers }: AxiosResponse<unknown>): AdapterError {
  const { errorCode, message } = wordsOf(data);
  const words = [errorCode, message].filter((word) => word !== undefined).join(': ');
  const code = mended.includes(errorCode ?? '') ? 'throttled' : codeOf(status, errorCode, message ?? '');
  const retryAfter = retryAfterOf(headers['retry-after']);
  return new AdapterError(
    `Databricks: ${what}: HTTP ${status}${words === '' ? '' : ` ${words}`}${adviceOn(code, status, isTokenRefused({ status, data }))}`,
    {
      system: 'databricks',
      code,
      ...(retryAfter !== undefined && { retryAfter }),
    },
  );
}

/** The API's own error; anything else, the HTML of a proxy for example, is not repeated. */
function wordsOf(data: unknown): { readonly errorCode?: string; readonly message?: string } {
  if (typeof data !== 'object' || data === null) return {};
  const { error_code: errorCode, message } = data as { readonly error_code?: unknown; readonly message?: unknown };
  return {
    ...(typeof errorCode === 'string' && { errorCode: errorCode.slice(0, 100) }),
    ...(typeof message === 'string' && { message: message.slice(0, longestWords) }),
  };
}

function codeOf(status: number, errorCode: string | undefined, message: string): AdapterErrorCode {
  if (status === 429) return 'throttled';
  if (status === 408 || status >= 500) return 'unavailable';
  if (status === 401 || status === 403 || (status >= 300 && status < 400)) return 'unauthorized';
  if (status === 404 || errorCode === 'RESOURCE_DOES_NOT_EXIST' || /does not exist/.test(message)) return 'not_found';
  if (status === 409 || errorCode === 'RESOURCE_ALREADY_EXISTS') return 'conflict';
  return 'invalid';
}

function adviceOn(code: AdapterErrorCode, status: number, isTokenWrong: boolean): string {
  if (status >= 300 && status < 400) return ': it leads elsewhere; is DATABRICKS_HOST the address of a workspace?';
  if (isTokenWrong) return ': check DATABRICKS_TOKEN, or DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET';
  return code === 'unauthorized' ? ': who we are there may not do this (tw doctor tells more)' : '';
}

/** Milliseconds of a Retry-After header, in seconds or as a date; no more than ten minutes are believed. */
function retryAfterOf(header: unknown): number | undefined {
  if (typeof header !== 'string' || header === '') return undefined;
  const seconds = Number(header);
  const wait = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1_000;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), 600_000);
}
