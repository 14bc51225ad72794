import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Transform, Writable, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { countOffsets, formatSpans, spansOfOffsets } from '../../pipeline/landing/offset-spans.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import { diskFull, isDiskFull } from '../shared/disk-full.ts';
import { readJson } from '../shared/json-document.ts';
import type { ObjectStore } from '../shared/object-store.ts';
import { corrupt } from './landed-object.ts';
import type { LandedObject, LandingZone } from './port.ts';
import { troubleOf } from './s3-error.ts';
import { closed } from './stream-end.ts';

/** Times that an object is read from its start after the connection broke in the middle. */
const readAttempts = 3;
const lineFeed = 0x0a;

/** What was read of an object's lines. */
interface Measure {
  readonly sha256: string;
  readonly bytes: number;
  readonly lines: number;
}

/** The part of a {@link LandingZone} that reads objects' bytes and compares them with what their metadata say. */
export function createObjectReader(store: ObjectStore): Pick<LandingZone, 'check' | 'checkQuarantine' | 'download'> {
  /** Sends an object's lines, decompressed, to a sink and measures them on the way. */
  async function read(object: LandedObject, openSink: () => Writable, signal?: AbortSignal): Promise<Measure> {
    for (let tries = 1; ; tries += 1) {
      const hash = createHash('sha256');
      let bytes = 0;
      let lines = 0;
      const meter = new Transform({
        transform(chunk: Buffer, _encoding, done: TransformCallback): void {
          hash.update(chunk);
          bytes += chunk.length;
          for (let at = chunk.indexOf(lineFeed); at !== -1; at = chunk.indexOf(lineFeed, at + 1)) lines += 1;
          done(null, chunk);
        },
      });
      let sink: Writable | undefined;
      try {
        const source = await store.stream(object.key, signal);
        sink = openSink();
        const options = signal === undefined ? {} : { signal };
        if (object.encoding === 'gzip') await pipeline(source, createGunzip(), meter, sink, options);
        else await pipeline(source, meter, sink, options);
        return { sha256: hash.digest('hex'), bytes, lines };
      } catch (error) {
        if (sink !== undefined) await closed(sink);
        signal?.throwIfAborted();
        if (isDiskFull(error)) throw diskFull('s3', error);
        if (isBadGzip(error)) throw corrupt(`${object.key} is not what gzip writes`);
        if (!(error instanceof AdapterError && error.canRetry) || tries >= readAttempts) throw error;
      }
    }
  }

  async function checkQuarantine(object: LandedObject, signal?: AbortSignal): Promise<void> {
    if (object.quarantineKey === undefined) return;
    const kept = await store.get(object.quarantineKey, signal);
    if (kept === undefined) throw corrupt(`${object.quarantineKey}, which ${object.key} names, is not there`);
    const offsets = offsetsOf(kept.body);
    if (offsets === undefined) throw corrupt(`${object.quarantineKey} cannot be read`);
    const named = formatSpans(object.quarantinedOffsets);
    if (offsets.length !== object.quarantined || formatSpans(spansOfOffsets(offsets)) !== named) {
      throw corrupt(
        `${object.quarantineKey} holds ${offsets.length} records, but ${object.key} names ` +
          `${countOffsets(object.quarantinedOffsets)} at other offsets`,
      );
    }
  }

  return {
    checkQuarantine,

    async check(object, signal) {
      const measure = await read(object, () => nowhere(), signal);
      const problem = problemOf(object, measure);
      if (problem !== undefined) throw corrupt(`${object.key} is not what was landed: ${problem}`);
      await checkQuarantine(object, signal);
    },

    async download(object, path, signal) {
      try {
        // A second try must not append to what the first one left; the first must not overwrite a stranger's file.
        let flags = 'wx';
        const open = (): Writable => {
          const file = createWriteStream(path, { flags, mode: 0o600 });
          file.once('open', () => (flags = 'w'));
          return file;
        };
        const problem = problemOf(object, await read(object, open, signal));
        if (problem !== undefined) throw corrupt(`${object.key} is not what was landed: ${problem}`);
      } catch (error) {
        if (!isExisting(error)) await rm(path, { force: true });
        throw error;
      }
    },
  };
}

function problemOf(object: LandedObject, measure: Measure): string | undefined {
  if (measure.lines !== object.records) return `it has ${measure.lines} lines, its metadata say ${object.records}`;
  if (measure.bytes !== object.bytes) return `it has ${measure.bytes} bytes of lines, its metadata say ${object.bytes}`;
  return measure.sha256 === object.sha256 ? undefined : 'its sha256 differs from its metadata';
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

const quarantineLine = z.object({ offset: z.int().min(0) });

function offsetsOf(body: Buffer): number[] | undefined {
  const lines = body.toString('utf8').split('\n').slice(0, -1);
  const offsets = lines.map((line) => readJson(quarantineLine, line)?.offset);
  return offsets.every((offset) => offset !== undefined) ? offsets : undefined;
}

function isBadGzip(error: unknown): boolean {
  return troubleOf(error).name.startsWith('Z_');
}

function isExisting(error: unknown): boolean {
  return troubleOf(error).name === 'EEXIST';
}
