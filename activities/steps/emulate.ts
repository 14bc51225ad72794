import { z } from 'zod';
import { runPrefix } from '../../pipeline/run-keys.ts';
import { tableNames, topicName } from '../../pipeline/tables.ts';
import type { KafkaPort, TopicSpec } from '../kafka/port.ts';
import type { SourceDatabase } from '../mysql/port.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import { readJson } from '../shared/json-document.ts';
import type { ObjectStore } from '../shared/object-store.ts';
import type { StepContext } from '../shared/step-context.ts';
import type { EmulateInput, EmulateResult } from './contract.ts';
import { claimDraw } from './draw-claim.ts';
import { emulateDraw } from './emulate-draw.ts';
import { emulateRows } from './emulate-rows.ts';

/** What emulating needs. */
export interface EmulateDeps {
  readonly source: SourceDatabase;
  readonly kafka: KafkaPort;
  readonly store: ObjectStore;
  /** User whose topics are written: `<user>.pin` and so on. */
  readonly user: string;
  /** How topics that are missing are made. */
  readonly topics: Omit<TopicSpec, 'topic'>;
}

/** `runs/<dag>/<run id>/outputs/emulate.json`: written when all of a run's posts are in Kafka. */
const emulated = z.object({
  draw: z.object({ from: z.int(), to: z.int() }),
  records: z.object({ pin: z.int(), geo: z.int(), user: z.int() }),
});

/**
 * The step that lets people post: it takes the run's part of the draw, reads those posts from the source database and
 * produces each as three records, keyed by the post's number. At least once: an attempt that goes on after another one
 * may post its last chunk again, and a new try the last seconds' chunks, with the same keys and values. A run that has posted all of its part never posts again,
 * however often it is done again: what it posted once is at its offsets, and newer posts must not be overtaken.
 *
 * Throws `invalid` when the database has no posts.
 */
export function createEmulate(
  deps: EmulateDeps,
): (input: EmulateInput, context: StepContext) => Promise<EmulateResult> {
  return async (input, context) => {
    const recordKey = `${runPrefix(context.place)}outputs/emulate.json`;
    const stored = await deps.store.get(recordKey, context.signal);
    // A record that cannot be read is no proof of having posted: posting again is harmless, doubting for ever is not.
    const earlier = stored === undefined ? undefined : readJson(emulated, stored.body);
    if (earlier !== undefined) return earlier;
    const result = await post(deps, input, context);
    await deps.store.create(recordKey, Buffer.from(JSON.stringify(result)), { contentType: 'application/json' });
    return result;
  };
}

async function post(deps: EmulateDeps, input: EmulateInput, context: StepContext): Promise<EmulateResult> {
  const { kafka, store, user } = deps;
  await kafka.ensureTopics(tableNames.map((table) => ({ ...deps.topics, topic: topicName(user, table) })));
  if (input.rows !== null) {
    const { rows } = input;
    const records = await withProducer(kafka, (producer) =>
      emulateRows({ store, producer, user }, rows, input, context),
    );
    return { draw: { from: 0, to: Math.max(...Object.values(records)) }, records };
  }
  const last = await deps.source.lastOffset(context.signal);
  if (last === undefined) {
    throw new AdapterError('the source database has no posts; fill it with `tw db seed`', {
      system: 'mysql',
      code: 'invalid',
    });
  }
  const part = await claimDraw(store, input, last, context);
  context.log.info('posting a part of the draw', { mode: part.mode, seed: part.seed, from: part.from, to: part.to });
  const records = await withProducer(kafka, (producer) =>
    emulateDraw({ source: deps.source, store, producer, user }, part, input, context),
  );
  return { draw: { from: part.from, to: part.to }, records };
}

async function withProducer<T>(
  kafka: KafkaPort,
  work: (producer: Awaited<ReturnType<KafkaPort['producer']>>) => Promise<T>,
): Promise<T> {
  const producer = await kafka.producer();
  try {
    return await work(producer);
  } finally {
    await producer.close();
  }
}
