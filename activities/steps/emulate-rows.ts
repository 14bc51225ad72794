import { z } from 'zod';
import { drawPosts } from '../../pipeline/draw/draw.ts';
import { tableNames, topicName, type TableName } from '../../pipeline/tables.ts';
import { keyOfLine } from '../../pipeline/wire-format.ts';
import type { KafkaProducer, OutgoingRecord } from '../kafka/port.ts';
import type { ObjectStore } from '../shared/object-store.ts';
import type { StepContext } from '../shared/step-context.ts';
import type { EmulateInput, EmulateResult } from './contract.ts';
import { openCursor } from './emulate-cursor.ts';
import { paceOf } from './emulate-pace.ts';
import { readLines } from './line-reader.ts';

/** Bytes of lines that go out together, about: long lines must not fill the memory. */
const batchBytes = 1024 * 1024;

/** The longest line that a topic of ours takes as a record, with room for its key and frame. */
const longestLine = 8_000_000;

const count = z.int().min(0);

/** What is kept as posts go out: so many lines of each file are in their topic. */
const rowsCursor = z.object({ rows: z.string(), posted: z.object({ pin: count, geo: count, user: count }) });

/** What posting rows of files needs. */
export interface EmulateRowsDeps {
  readonly store: ObjectStore;
  readonly producer: KafkaProducer;
  readonly user: string;
}

/**
 * Posts the lines of `<rows>/pin.jsonl`, `geo.jsonl` and `user.jsonl` as they are, byte for byte, in the order of each
 * file: what is no JSON too, since what reads the topics must live with that. A line with a post's number is keyed by
 * it; others have no key.
 */
export async function emulateRows(
  { store, producer, user }: EmulateRowsDeps,
  rows: string,
  { rate, seed }: EmulateInput,
  context: StepContext,
): Promise<EmulateResult['records']> {
  const { log } = context;
  // A file that cannot be posted stops the others too: nothing may go on after the step has failed.
  const failed = new AbortController();
  const signal = AbortSignal.any([context.signal, failed.signal]);
  const { earlier, keep } = await openCursor(store, rowsCursor, { ...context, signal });
  const own = earlier.filter((one) => one.rows === rows);
  const furthest = (table: TableName): number => Math.max(0, ...own.map((one) => one.posted[table]));
  const posted = { pin: furthest('pin'), geo: furthest('geo'), user: furthest('user') };
  if (own.length > 0) log.info('going on where an earlier attempt or try was', posted);

  const postFile = async (table: TableName): Promise<void> => {
    const key = `${rows.replace(/\/+$/, '')}/${table}.jsonl`;
    const pace = paceOf(rate, signal);
    const pauses = drawPosts({ mode: 'sequential', seed, last: 0 }, posted[table], Number.MAX_SAFE_INTEGER);
    let skip = posted[table];
    let batch: OutgoingRecord[] = [];
    let bytes = 0;
    const flush = async (): Promise<void> => {
      if (batch.length === 0) return;
      await pace.wait(batch.map(() => pauses.next().value?.pause ?? 0));
      await producer.send(topicName(user, table), batch, signal);
      posted[table] += batch.length;
      await keep({ rows, posted: { ...posted } });
      batch = [];
      bytes = 0;
    };
    for await (const line of readLines(await store.stream(key, signal), longestLine, key)) {
      if (skip > 0) {
        skip -= 1;
        continue;
      }
      const number = keyOfLine(line.toString());
      batch.push({ key: number === undefined ? null : Buffer.from(number), value: line });
      bytes += line.length;
      if (batch.length >= pace.atOnce || bytes >= batchBytes) await flush();
    }
    await flush();
  };

  const outcomes = await Promise.allSettled(
    tableNames.map(async (table) =>
      postFile(table).catch((error: unknown) => {
        failed.abort(error);
        throw error;
      }),
    ),
  );
  context.signal.throwIfAborted();
  if (outcomes.some(({ status }) => status === 'rejected')) throw failed.signal.reason;
  return posted;
}
