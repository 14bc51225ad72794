import { topicName } from '../../pipeline/tables.ts';
import type { KafkaPort } from '../kafka/port.ts';
import type { LandedObject, LandingDraft, LandingZone } from '../s3/port.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import type { StepContext } from '../shared/step-context.ts';
import type { LandedPartition, LandingRange, LandPartitionInput } from './contract.ts';
import { createDraftBuilder, lineMemory, type ObjectLimits } from './landing-draft.ts';
import { chainGone, lostToRetention, partitionOffsets } from './landing-loss.ts';
import { createLandingTally, type LandingTally } from './landing-tally.ts';

/** What landing needs. */
export interface LandPartitionDeps {
  readonly kafka: KafkaPort;
  readonly zone: LandingZone;
  /** User whose topics these are; a range of another topic is refused. */
  readonly user: string;
  /** The `landing` part of the settings. */
  readonly limits: ObjectLimits;
}

/** Where an attempt stands. */
interface Position {
  /** Offset at which the chain goes on. */
  readonly chain: number;
  /** Offset to read from: behind `chain` only before a chain's first object, which accounts for all offsets before it. */
  readonly log: number;
}

/**
 * The step that lands the offsets of one topic partition: reads them, sends what is not data to quarantine, and lengthens
 * the chain of objects up to the range's end at least.
 *
 * Where it goes on is always the chain's end, never a cursor: an attempt after a crash, a second run and a zombie all
 * land behind one another, and whoever loses the race for an object goes on behind the winner's. The counts are of
 * this range alone, whoever landed its records: the same for every attempt and every run that lands it.
 */
export function createLandPartition(
  deps: LandPartitionDeps,
): (input: LandPartitionInput, context: StepContext) => Promise<LandedPartition> {
  return async ({ table, range }, context) => {
    if (range.topic !== topicName(deps.user, table)) {
      const message = `${range.topic} is not the ${table} topic of ${deps.user}: see TW_USER`;
      throw new AdapterError(message, { system: 'kafka', code: 'invalid' });
    }
    const tally = createLandingTally(range);
    if (range.from >= range.to) return tally.result();
    let position = await landedBefore(deps, range, tally, context.signal);
    while (position.chain < range.to) {
      context.heartbeat({ next: position.chain });
      const winner = await landFrom(deps, range, position, tally, context);
      if (winner === undefined) break;
      tally.add(winner);
      position = { chain: winner.next, log: winner.next };
      context.log.info('another writer landed these offsets first: going on behind them', { next: winner.next });
    }
    return tally.result();
  };
}

/** Counts what the chain holds of the range already, and says where to go on. */
async function landedBefore(
  { kafka, zone }: LandPartitionDeps,
  range: LandingRange,
  tally: LandingTally,
  signal: AbortSignal,
): Promise<Position> {
  const { topic, partition, from, to } = range;
  const end = await zone.end(topic, partition, signal);
  if (end === undefined) {
    const { low } = await partitionOffsets(kafka, range);
    if (low < from) throw chainGone(range, `there is none any more, though Kafka keeps records from ${low} on`);
    return { chain: 0, log: from };
  }
  if (end < from) throw chainGone(range, `it ends at ${end}`);
  for await (const object of zone.objects(topic, partition, from, Math.min(end, to), signal)) tally.add(object);
  return { chain: end, log: end };
}

/**
 * Reads from a position on and creates object after object: `undefined` once the range's end is landed, or the object of
 * another writer who was first. The next object is filled while one is on its way, but created only after it, since a
 * chain grows at its end alone.
 */
async function landFrom(
  { kafka, zone, limits }: LandPartitionDeps,
  range: LandingRange,
  position: Position,
  tally: LandingTally,
  context: StepContext,
): Promise<LandedObject | undefined> {
  const { topic, partition, to } = range;
  const { signal } = context;
  const place = { topic, partition, runId: context.place.runId };
  const { low } = await partitionOffsets(kafka, range);
  if (low > position.log) throw lostToRetention({ topic, partition, from: position.chain, to: low });

  // One object is filled while one is stored, so two memories take turns.
  let filling = lineMemory();
  let stored = lineMemory();
  let underWay: Promise<LandedObject | undefined> = Promise.resolve(undefined);
  const create = async (draft: LandingDraft): Promise<LandedObject | undefined> => {
    const { won, object } = await zone.create(draft, signal);
    if (!won) return object;
    tally.add(object);
    context.heartbeat({ next: object.next });
    return undefined;
  };

  try {
    let builder = createDraftBuilder(place, position.chain, limits, filling);
    for await (const records of kafka.readRange({ topic, partition, from: position.log, to }, signal)) {
      for (const record of records) {
        if (builder.take(record)) continue;
        const winner = await underWay;
        if (winner !== undefined) return winner;
        underWay = create(builder.close(builder.next));
        // It is awaited when the next object is full; until then a failure must not count as unhandled.
        underWay.catch(() => undefined);
        [filling, stored] = [stored, filling];
        builder = createDraftBuilder(place, builder.next, limits, filling);
        builder.take(record);
      }
    }
    return (await underWay) ?? (await create(builder.close(to)));
  } finally {
    // What is on its way may still be landed, and then an attempt more finds it; nothing outlives the step.
    await underWay.catch(() => undefined);
  }
}
