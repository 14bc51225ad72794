import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type GetObjectCommandOutput,
  type HeadObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AdapterError } from '../shared/adapter-error.ts';
import type { ListedObject, ObjectHead, ObjectStore } from '../shared/object-store.ts';
import { createS3Client, defaultPatience, type S3Patience, type S3Settings } from './s3-client.ts';
import { closed } from './stream-end.ts';
import { s3Error, throwS3Error, troubleOf, type S3Attempt } from './s3-error.ts';
import { createObjectWriter } from './object-writer.ts';

/** An {@link ObjectStore} on one bucket, with what setting up and closing need. */
export interface S3ObjectStore extends ObjectStore {
  /** Creates the bucket where it is missing. Idempotent; local servers may forget empty buckets, so call it at every start. */
  ensureBucket(): Promise<'created' | 'exists'>;
  /** Closes idle and busy connections. */
  close(): void;
}

/** Times that a body is read from the start after the connection broke in the middle of it. */
const bodyAttempts = 3;
/** Keys that one DeleteObjects takes (Amazon's limit). */
const removeBatch = 1_000;

/**
 * Object storage on S3 or a server that speaks it. A request that fails by weather (5xx, slow-down, time-out, broken
 * connection) is tried again as often as `patience` says, with jitter; then an AdapterError tells.
 */
export function createS3ObjectStore(settings: S3Settings, patience: S3Patience = defaultPatience): S3ObjectStore {
  const client = createS3Client(settings, patience);
  const { bucket } = settings;
  const attempt = (verb: string, target: string): S3Attempt => ({ verb, target, bucket });

  const open = async (key: string, signal: AbortSignal | undefined): Promise<GetObjectCommandOutput> => {
    return client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), sendOptions(signal));
  };
  /** Opens and reads an object, again from the start when the body breaks off. */
  const reading = async <T>(
    verb: string,
    key: string,
    signal: AbortSignal | undefined,
    read: (output: GetObjectCommandOutput) => Promise<T>,
  ): Promise<T> => {
    for (let tries = 1; ; tries += 1) {
      let opened = false;
      try {
        const output = await open(key, signal);
        opened = true;
        return await read(output);
      } catch (error) {
        signal?.throwIfAborted();
        const mapped = s3Error(error, attempt(verb, key));
        if (!opened || !mapped.canRetry || tries >= bodyAttempts) throw mapped;
      }
    }
  };

  return {
    ...createObjectWriter(client, bucket, patience),

    async head(key, signal) {
      try {
        const output = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }), sendOptions(signal));
        return headOf(key, output);
      } catch (error) {
        if (isMissing(error)) return undefined;
        return throwS3Error(error, attempt('look at', key), signal);
      }
    },

    async get(key, signal) {
      try {
        return await reading('read', key, signal, async (output) => ({
          ...headOf(key, output),
          body: Buffer.from((await output.Body?.transformToByteArray()) ?? []),
          version: output.ETag ?? '',
        }));
      } catch (error) {
        if (error instanceof AdapterError && error.code === 'not_found') return undefined;
        throw error;
      }
    },

    async stream(key, signal) {
      try {
        const { Body } = await open(key, signal);
        return Readable.from(chunksOf(Body, attempt('read', key), signal), { objectMode: false });
      } catch (error) {
        return throwS3Error(error, attempt('read', key), signal);
      }
    },

    async download(key, path, signal) {
      return reading('download', key, signal, async (output) => {
        if (!(output.Body instanceof Readable)) throw new TypeError('no body');
        const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
        try {
          await pipeline(output.Body, file, signal === undefined ? {} : { signal });
        } catch (error) {
          await closed(file);
          // A file that was there before is not ours to delete.
          if (troubleOf(error).name !== 'EEXIST') await rm(path, { force: true });
          throw error;
        }
        return headOf(key, output);
      });
    },

    async *list(prefix, options = {}): AsyncIterable<ListedObject> {
      let token: string | undefined;
      do {
        const input = {
          Bucket: bucket,
          Prefix: prefix,
          ...(options.startAfter === undefined ? {} : { StartAfter: options.startAfter }),
          ...(token === undefined ? {} : { ContinuationToken: token }),
        };
        const page = await client
          .send(new ListObjectsV2Command(input), sendOptions(options.signal))
          .catch((error: unknown) => throwS3Error(error, attempt('list', `${prefix}*`), options.signal));
        for (const { Key, Size, LastModified } of page.Contents ?? []) {
          if (Key !== undefined) yield { key: Key, size: Size ?? 0, lastModified: LastModified ?? new Date(0) };
        }
        token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
      } while (token !== undefined);
    },

    async remove(keys) {
      for (let at = 0; at < keys.length; at += removeBatch) {
        const batch = keys.slice(at, at + removeBatch);
        const command = new DeleteObjectsCommand({
          Bucket: bucket,
          Delete: { Quiet: true, Objects: batch.map((Key) => ({ Key })) },
        });
        const target = batch.length === 1 ? String(batch[0]) : `${batch.length} objects`;
        const { Errors = [] } = await client
          .send(command)
          .catch((error: unknown) => throwS3Error(error, attempt('delete', target)));
        const [first] = Errors.filter(({ Code }) => Code !== 'NoSuchKey');
        if (first !== undefined) throw s3Error({ name: first.Code }, attempt('delete', first.Key ?? target));
      }
    },

    async ensureBucket() {
      try {
        await client.send(new HeadBucketCommand({ Bucket: bucket }));
        return 'exists';
      } catch (error) {
        if (!isMissing(error)) return throwS3Error(error, attempt('look at', 'the bucket'));
      }
      try {
        await client.send(new CreateBucketCommand({ Bucket: bucket }));
        return 'created';
      } catch (error) {
        // Somebody else may have created it in between; where it is not ours, looking at it fails, too.
        const isThere = await client.send(new HeadBucketCommand({ Bucket: bucket })).then(
          () => true,
          () => false,
        );
        return isThere ? 'exists' : throwS3Error(error, attempt('create', 'the bucket'));
      }
    },

    close() {
      client.destroy();
    },
  };
}

function sendOptions(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

function isMissing(error: unknown): boolean {
  const { name, status } = troubleOf(error);
  return name !== 'NoSuchBucket' && (status === 404 || name === 'NoSuchKey' || name === 'NotFound');
}

function headOf(key: string, output: HeadObjectCommandOutput | GetObjectCommandOutput): ObjectHead {
  return {
    key,
    size: output.ContentLength ?? 0,
    lastModified: output.LastModified ?? new Date(0),
    metadata: output.Metadata ?? {},
    contentEncoding: output.ContentEncoding === '' ? undefined : output.ContentEncoding,
  };
}

/** A body's bytes, with the errors of its connection in this project's words. */
async function* chunksOf(
  body: GetObjectCommandOutput['Body'],
  attempt: S3Attempt,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  try {
    if (!(body instanceof Readable)) return;
    for await (const chunk of body) if (Buffer.isBuffer(chunk)) yield chunk;
  } catch (error) {
    throwS3Error(error, attempt, signal);
  }
}
