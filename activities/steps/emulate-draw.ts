import { setMaxListeners } from 'node:events';
import { z } from 'zod';
import { drawPosts, type DrawnPost } from '../../pipeline/draw/draw.ts';
import { tableNames, topicName, type TableName } from '../../pipeline/tables.ts';
import type { KafkaProducer, OutgoingRecord } from '../kafka/port.ts';
import type { SourceDatabase } from '../mysql/port.ts';
import type { ObjectStore } from '../shared/object-store.ts';
import type { StepContext } from '../shared/step-context.ts';
import type { EmulateInput, EmulateResult } from './contract.ts';
import type { DrawPart } from './draw-claim.ts';
import { openCursor } from './emulate-cursor.ts';
import { paceOf } from './emulate-pace.ts';
import { readAhead } from './read-ahead.ts';

/** Chunks that are read while one goes out. */
const chunksAhead = 2;

const count = z.int().min(0);

/** What is kept after a chunk: so many posts of the part that begins at `from` are in all three topics. */
const drawCursor = z.object({
  from: count,
  posted: count,
  records: z.object({ pin: count, geo: count, user: count }),
});

/** What posting a part of a draw needs. */
export interface EmulateDrawDeps {
  readonly source: SourceDatabase;
  readonly store: ObjectStore;
  readonly producer: KafkaProducer;
  readonly user: string;
}

/** A chunk of posts with their records, table by table, in the order of the draw. */
interface Chunk {
  readonly posts: readonly DrawnPost[];
  readonly records: Readonly<Record<TableName, readonly OutgoingRecord[]>>;
}

/**
 * Posts a run's part of its draw: a chunk is read by one query a table and goes out to the three topics, while the next
 * chunks are being read. After each chunk the cursor is kept, so a killed attempt costs one chunk twice, and a try that ends some
 * seconds.
 */
export async function emulateDraw(
  { source, store, producer, user }: EmulateDrawDeps,
  part: DrawPart,
  { rate, timestamps }: EmulateInput,
  context: StepContext,
): Promise<EmulateResult['records']> {
  const { log } = context;
  // Many reads and sends wait at a time: more than the ten listeners that Node takes for a leak.
  const signal = AbortSignal.any([context.signal]);
  setMaxListeners(0, signal);
  const { earlier, keep } = await openCursor(store, drawCursor, context);
  const own = earlier.filter((one) => one.from === part.from && one.posted <= part.to - part.from);
  const nothing = { from: part.from, posted: 0, records: { pin: 0, geo: 0, user: 0 } };
  const cursor = own.reduce((best, one) => (one.posted > best.posted ? one : best), nothing);
  const records = { ...cursor.records };
  let { posted } = cursor;
  if (posted > 0) log.info('going on where an earlier attempt or try was', { posted });

  const read = async (posts: readonly DrawnPost[]): Promise<Chunk> => {
    const offsets = posts.map(({ offset }) => offset);
    const [pins, geos, users] = await Promise.all(
      tableNames.map(async (table) => {
        const found = await source.records(table, offsets, timestamps, signal);
        return offsets.map((offset) => found.get(offset)).filter((record) => record !== undefined);
      }),
    );
    return { posts, records: { pin: pins ?? [], geo: geos ?? [], user: users ?? [] } };
  };

  const pace = paceOf(rate, signal);
  const posts = drawPosts(part, part.from + posted, part.to);
  for await (const chunk of readAhead(inChunks(posts, pace.atOnce), chunksAhead, read)) {
    await pace.wait(chunk.posts.map(({ pause }) => pause));
    await Promise.all(tableNames.map((table) => producer.send(topicName(user, table), chunk.records[table], signal)));
    posted += chunk.posts.length;
    for (const table of tableNames) records[table] += chunk.records[table].length;
    await keep({ from: part.from, posted, records: { ...records } });
  }

  const missing = tableNames.filter((table) => records[table] < posted);
  for (const table of missing) {
    log.warn('the database does not have all posts that were drawn', { table, drawn: posted, found: records[table] });
  }
  return records;
}

function* inChunks<T>(items: Iterable<T>, size: number): Generator<readonly T[], void, undefined> {
  let chunk: T[] = [];
  for (const item of items) {
    chunk.push(item);
    if (chunk.length === size) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}
