import { PutObjectCommand, type PutObjectCommandInput, type S3Client } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AdapterError } from '../shared/adapter-error.ts';
import type { ObjectMetadata, ObjectStore, PutOptions } from '../shared/object-store.ts';
import type { S3Patience } from './s3-client.ts';
import { s3Error, throwS3Error, troubleOf, type S3Attempt } from './s3-error.ts';

/** The part of an {@link ObjectStore} that writes. */
export type ObjectWriter = Pick<ObjectStore, 'create' | 'createFromFile' | 'replace' | 'replaceVersion'>;

/** A body that can be sent more than once: each try opens it anew. */
interface Body {
  readonly open: () => Uint8Array | Readable;
  readonly length: number;
  /** Of the bytes, hex; `undefined` leaves it to the signer. */
  readonly sha256: string | undefined;
  /** Whether the SDK sends it again by itself: it does with bytes, and cannot with a stream. */
  readonly isReplayed: boolean;
}

/** Files up to this size are sent as bytes, which conditional writes stand better than streams. */
const bufferedFileBytes = 16 * 1024 * 1024;

/** Writes objects by single PUTs: servers other than Amazon's race where a multipart upload is completed on a condition. */
export function createObjectWriter(client: S3Client, bucket: string, patience: S3Patience): ObjectWriter {
  const put = async (
    key: string,
    body: Body,
    options: PutOptions,
    condition: Pick<PutObjectCommandInput, 'IfNoneMatch' | 'IfMatch'>,
  ): Promise<void> => {
    const opened = body.open();
    const command = new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: opened,
      ContentLength: body.length,
      ...condition,
      ...(options.metadata === undefined ? {} : { Metadata: checkedMetadata(key, options.metadata) }),
      ...(options.contentType === undefined ? {} : { ContentType: options.contentType }),
      ...(options.contentEncoding === undefined ? {} : { ContentEncoding: options.contentEncoding }),
    });
    if (body.sha256 !== undefined) signKnownHash(command, body.sha256);
    try {
      await client.send(command, options.signal === undefined ? {} : { abortSignal: options.signal });
    } finally {
      if (opened instanceof Readable) opened.destroy();
    }
  };

  /** Creates once. A conflict with a write under way (409) says nothing yet of who wins: asked again, with jitter. */
  const create = async (key: string, body: Body, options: PutOptions): Promise<'created' | 'exists'> => {
    const attempt: S3Attempt = { verb: 'create', target: key, bucket };
    for (let tries = 1; ; tries += 1) {
      try {
        await put(key, body, options, { IfNoneMatch: '*' });
        return 'created';
      } catch (error) {
        options.signal?.throwIfAborted();
        const { name, status } = troubleOf(error);
        if (status === 412 || name === 'PreconditionFailed') return 'exists';
        const isUndecided = status === 409 && ['ConditionalRequestConflict', 'OperationAborted'].includes(name);
        const isWeather = !body.isReplayed && s3Error(error, attempt).canRetry;
        if (!(isUndecided || isWeather) || tries >= patience.attempts) throwS3Error(error, attempt);
      }
      await sleep(Math.random() * 100 * 2 ** tries, undefined, options.signal ? { signal: options.signal } : {});
    }
  };

  return {
    async create(key, body, options = {}) {
      return create(key, bytesBody(body, options.sha256), options);
    },
    async createFromFile(key, path, options = {}) {
      return create(key, await fileBody(path, options), options);
    },
    async replace(key, body, options = {}) {
      try {
        await put(key, bytesBody(body, options.sha256), options, {});
      } catch (error) {
        throwS3Error(error, { verb: 'write', target: key, bucket }, options.signal);
      }
    },
    async replaceVersion(key, body, version, options = {}) {
      // Without its value the condition would be none.
      if (version === '')
        throw new AdapterError(`the server tells no ETag of ${key}`, { system: 's3', code: 'invalid' });
      try {
        await put(key, bytesBody(body, options.sha256), options, { IfMatch: version });
        return 'replaced';
      } catch (error) {
        options.signal?.throwIfAborted();
        const { name, status } = troubleOf(error);
        // 409: a write is under way; 404: deleted. What holds now has to be read again, as after 412.
        if (status === 412 || status === 409 || (status === 404 && name !== 'NoSuchBucket')) return 'changed';
        return throwS3Error(error, { verb: 'write', target: key, bucket });
      }
    },
  };
}

/** Gives the signer a payload hash that is there already, so that it does not make its own. */
function signKnownHash(command: PutObjectCommand, sha256: string): void {
  command.middlewareStack.add(
    (next) => async (args) => {
      const headers: unknown = typeof args.request === 'object' && args.request && Reflect.get(args.request, 'headers');
      if (typeof headers === 'object' && headers !== null) Reflect.set(headers, 'x-amz-content-sha256', sha256);
      return next(args);
    },
    { step: 'build', name: 'knownPayloadHash' },
  );
}

function bytesBody(bytes: Uint8Array, sha256: string | undefined): Body {
  return { open: () => bytes, length: bytes.byteLength, sha256, isReplayed: true };
}

async function fileBody(path: string, { sha256, signal }: PutOptions): Promise<Body> {
  const { size } = await stat(path);
  if (size <= bufferedFileBytes) return bytesBody(await readFile(path), sha256);
  return {
    open: () => createReadStream(path),
    length: size,
    sha256: sha256 ?? (await hashOfFile(path, signal)),
    isReplayed: false,
  };
}

async function hashOfFile(path: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done();
    },
  });
  await pipeline(createReadStream(path), sink, signal === undefined ? {} : { signal });
  return hash.digest('hex');
}

/** Amazon's limit on user metadata: names and values together. Other servers take more, and then it fails in production. */
const metadataBytes = 2_048;

function checkedMetadata(key: string, metadata: ObjectMetadata): Record<string, string> {
  const entries = Object.entries(metadata);
  const isPlain = entries.every(([name, value]) => /^[a-z0-9-]+$/.test(name) && /^[\x20-\x7e]*$/.test(value));
  const size = entries.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (isPlain && size <= metadataBytes) return { ...metadata };
  throw new AdapterError(`metadata of ${key} must be ASCII under lower-case names, ${metadataBytes} bytes in all`, {
    system: 's3',
    code: 'invalid',
  });
}
