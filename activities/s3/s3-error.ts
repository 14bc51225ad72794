import { AdapterError, type AdapterErrorCode } from '../shared/adapter-error.ts';
import { diskFullWords } from '../shared/disk-full.ts';

/** What was being done when S3 failed, for the message: `create`, and the object's key or the bucket's name. */
export interface S3Attempt {
  readonly verb: string;
  readonly target: string;
  readonly bucket: string;
}

/** What is safe to keep of a library's error: no headers, no addresses, no credentials. */
interface S3Trouble {
  readonly name: string;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
}

/** Names that the SDK, Node and S3 servers give to what is neither a status nor a defect. */
const byName: Readonly<Record<string, AdapterErrorCode>> = {
  TimeoutError: 'timeout',
  RequestTimeout: 'timeout',
  ETIMEDOUT: 'timeout',
  ESOCKETTIMEDOUT: 'timeout',
  ECONNREFUSED: 'unavailable',
  ECONNRESET: 'unavailable',
  EPIPE: 'unavailable',
  ENOTFOUND: 'unavailable',
  EAI_AGAIN: 'unavailable',
  EHOSTUNREACH: 'unavailable',
  ENETUNREACH: 'unavailable',
  ERR_STREAM_PREMATURE_CLOSE: 'unavailable',
  // Local files, of downloads and uploads.
  EEXIST: 'invalid',
  ENOENT: 'invalid',
  ENOSPC: 'unavailable',
  EDQUOT: 'unavailable',
  SlowDown: 'throttled',
  Throttling: 'throttled',
  ThrottlingException: 'throttled',
  TooManyRequestsException: 'throttled',
  RequestLimitExceeded: 'throttled',
  EntityTooLarge: 'too_large',
  KeyTooLongError: 'invalid',
  MetadataTooLarge: 'invalid',
  CredentialsProviderError: 'unauthorized',
  AccessDenied: 'unauthorized',
  InvalidAccessKeyId: 'unauthorized',
  SignatureDoesNotMatch: 'unauthorized',
  ExpiredToken: 'unauthorized',
  XAdminUserNotFound: 'unauthorized',
  // A store is bound to its bucket, so this is a wrong setting; `not_found` is for keys.
  NoSuchBucket: 'invalid',
  BucketAlreadyExists: 'invalid',
  NoSuchKey: 'not_found',
  NotFound: 'not_found',
  ConditionalRequestConflict: 'conflict',
  PreconditionFailed: 'conflict',
};

/** What a person may do about it. */
const advice: Readonly<Partial<Record<AdapterErrorCode, string>>> = {
  unavailable: 'check TW_S3_ENDPOINT and whether the server is up',
  timeout: 'the server did not answer in time',
  throttled: 'the server asks to slow down',
  unauthorized: "check the credentials (AWS_ACCESS_KEY_ID or the machine's role), its policy and the clock",
};

/** Where the name says more than the code. */
const adviceByName: Readonly<Record<string, string>> = {
  NoSuchBucket: 'there is no such bucket: run tw init',
  ENOSPC: diskFullWords,
  EDQUOT: diskFullWords,
};

/** Status and name of anything that the SDK throws. */
export function troubleOf(error: unknown): S3Trouble {
  const metadata = fieldOf(error, '$metadata');
  const status = fieldOf(metadata, 'httpStatusCode');
  const requestId = fieldOf(metadata, 'requestId');
  const names = [fieldOf(error, 'code'), fieldOf(error, 'name')].filter((one) => typeof one === 'string');
  const plain = names.filter((name) => /^[\w.]{1,64}$/.test(name) && name !== 'Error');
  return {
    name: plain.find((name) => name in byName) ?? plain[0] ?? 'unknown error',
    status: typeof status === 'number' ? status : undefined,
    requestId: typeof requestId === 'string' && /^[\w.+/=-]{1,128}$/.test(requestId) ? requestId : undefined,
  };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function codeOf({ name, status }: S3Trouble): AdapterErrorCode {
  const named = byName[name];
  if (named !== undefined) return named;
  if (status === undefined) return 'internal';
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 404) return 'not_found';
  if (status === 408) return 'timeout';
  if (status === 409 || status === 412) return 'conflict';
  if (status === 413) return 'too_large';
  if (status === 429 || status === 503) return 'throttled';
  if (status >= 500) return 'unavailable';
  return status >= 400 ? 'invalid' : 'internal';
}

/**
 * The AdapterError for anything that the SDK threw. Message and cause hold name, status and request id of the trouble
 * alone: the library's own text may carry addresses, keys and headers. An error that is one already stays.
 */
export function s3Error(error: unknown, attempt: S3Attempt): AdapterError {
  if (error instanceof AdapterError) return error;
  const trouble = troubleOf(error);
  const code = codeOf(trouble);
  const said = [
    trouble.name,
    ...(trouble.status === undefined ? [] : [`HTTP ${trouble.status}`]),
    ...(trouble.requestId === undefined ? [] : [`request ${trouble.requestId}`]),
  ].join(', ');
  const hint = adviceByName[trouble.name] ?? advice[code];
  const message = `could not ${attempt.verb} ${attempt.target} in bucket ${attempt.bucket} (${said})`;
  return new AdapterError(hint === undefined ? message : `${message}: ${hint}`, {
    system: 's3',
    code,
    cause: new Error(said),
  });
}

/**
 * Throws what an attempt ended with: the signal's own reason when it was called off, so that a cancelled step is known
 * as cancelled, else the {@link s3Error}.
 */
export function throwS3Error(error: unknown, attempt: S3Attempt, signal?: AbortSignal): never {
  signal?.throwIfAborted();
  throw s3Error(error, attempt);
}
