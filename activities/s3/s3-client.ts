import { S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

/** Which bucket where, and with whose keys: the `s3` part of the settings. */
export interface S3Settings {
  readonly bucket: string;
  /** Address of an S3-compatible server; `undefined` = AWS. */
  readonly endpoint: string | undefined;
  readonly region: string;
  /** Keys, for a local server or temporary ones; `undefined` = the SDK's chain (environment, profile, role of the machine). */
  readonly accessKeyId: string | undefined;
  readonly secretAccessKey: string | undefined;
  /** Of temporary keys, which AWS refuses without it. */
  readonly sessionToken?: string | undefined;
}

/** How patient a client is. */
export interface S3Patience {
  /** Tries of one request, the first one included; between them the SDK waits with jitter, up to 20 s. */
  readonly attempts: number;
  /** Milliseconds until a connection must stand. */
  readonly connectMs: number;
  /** Milliseconds a connection may be silent. */
  readonly idleMs: number;
  /** Milliseconds from the request to the first byte of its answer. */
  readonly answerMs: number;
}

/** Five tries; an 8 MB object may take its time on a slow line, but not silence. */
export const defaultPatience: S3Patience = { attempts: 5, connectMs: 3_000, idleMs: 20_000, answerMs: 60_000 };

/** More than the parallel tasks of a worker need; a bound, so that a burst queues here and not in the server. */
const maxSockets = 32;

/** The SDK's client for a bucket's server. `destroy()` closes its connections. */
export function createS3Client(settings: S3Settings, patience: S3Patience = defaultPatience): S3Client {
  const { accessKeyId, secretAccessKey, sessionToken } = settings;
  return new S3Client({
    region: settings.region,
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint, forcePathStyle: true }),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) } }),
    maxAttempts: patience.attempts,
    retryMode: 'standard',
    // Without one the SDK writes hints to the console; what went wrong is in the errors.
    logger: { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore },
    // Every body's sha256 is part of its signature, which the server checks: a CRC more would be a second pass.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: new NodeHttpHandler({
      connectionTimeout: patience.connectMs,
      socketTimeout: patience.idleMs,
      requestTimeout: patience.answerMs,
      throwOnRequestTimeout: true,
      httpAgent: new HttpAgent({ keepAlive: true, maxSockets }),
      httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets }),
    }),
  });
}

function ignore(): void {}
