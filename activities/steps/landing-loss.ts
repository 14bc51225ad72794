import type { KafkaPort, PartitionOffsets } from '../kafka/port.ts';
import type { LandedObject, LandingZone } from '../s3/port.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import type { LandingRange } from './contract.ts';

/** A partition's offsets; throws `not_found` when the topic has no such partition. */
export async function partitionOffsets(
  kafka: KafkaPort,
  { topic, partition }: Pick<LandingRange, 'topic' | 'partition'>,
): Promise<PartitionOffsets> {
  const found = (await kafka.offsets(topic)).find((one) => one.partition === partition);
  if (found !== undefined) return found;
  throw new AdapterError(`topic ${topic} has no partition ${partition}`, { system: 'kafka', code: 'not_found' });
}

/** The error for records [from, to) that Kafka deleted before they were landed, with the way on. */
export function lostToRetention({ topic, partition, from, to }: LandingRange): AdapterError {
  return corrupt(
    `Kafka's retention deleted offsets ${from} to ${to - 1} of ${topic} partition ${partition} (${to - from} offsets) before ` +
      'they were landed: they are lost. Give the topic a longer retention, or run more often. To go on without them, say ' +
      `so: tw landing accept-loss ${topic} ${partition} --from ${from} --to ${to}`,
  );
}

/** The error for a chain that reached the range's begin when the run was planned, and does not any more. */
export function chainGone({ topic, partition, from }: LandingRange, what: string): AdapterError {
  return corrupt(
    `this run was planned when the chain of ${topic} partition ${partition} reached offset ${from}, but now ${what}: ` +
      'objects were removed from topics/. Bring them back, or start a new run, which plans anew',
  );
}

/** The error for a topic whose log is shorter than its chain: it was deleted and made again, and its offsets began anew. */
export function topicAnew(
  { topic, partition }: Pick<LandingRange, 'topic' | 'partition'>,
  end: number,
  high: number,
): AdapterError {
  return corrupt(
    `the chain of ${topic} partition ${partition} ends at ${end}, but Kafka's log ends at ${high}: the topic was deleted ` +
      'and made again, and its offsets count from 0. Go on in a new bucket (TW_S3_BUCKET): this one keeps what it has',
  );
}

/** Which records an operator gives up. */
export interface AcceptedLoss {
  readonly topic: string;
  readonly partition: number;
  /** Both are asked for, so that nobody accepts more than they know of. */
  readonly from: number;
  readonly to: number;
}

/**
 * Accounts for records that Kafka does not have any more with an empty object in the chain, marked `lost: retention`,
 * so that landing can go on behind it. Refuses a range that is not exactly what is lost, what is still in Kafka, and what
 * is landed. Doing it again changes nothing.
 */
export async function acceptLoss(
  deps: { readonly kafka: KafkaPort; readonly zone: LandingZone },
  loss: AcceptedLoss,
): Promise<LandedObject> {
  const { topic, partition, from, to } = loss;
  const end = (await deps.zone.end(topic, partition)) ?? 0;
  if (from < end && from < to) return acceptedBefore(deps.zone, loss, end);
  const { low } = await partitionOffsets(deps.kafka, loss);
  if (from >= to || to > low || from !== end) {
    throw notAccepted(loss, end < low ? `offsets ${end} to ${low - 1} are lost` : 'nothing is lost');
  }
  const { won, object } = await deps.zone.create({
    topic,
    partition,
    start: from,
    next: to,
    lines: Buffer.alloc(0),
    records: 0,
    missing: [{ from, to }],
    quarantined: [],
    runId: 'accept-loss',
    lost: 'retention',
  });
  if (!won && !isThisLoss(object, loss)) throw notAccepted(loss, `offsets from ${from} on were landed just now`);
  return object;
}

/** The object of a loss that was given up earlier. What the chain holds of the range otherwise is landed, and stays. */
async function acceptedBefore(zone: LandingZone, loss: AcceptedLoss, end: number): Promise<LandedObject> {
  const { topic, partition, from, to } = loss;
  for await (const object of zone.objects(topic, partition, from, Math.min(to, end))) {
    if (isThisLoss(object, loss)) return object;
    break;
  }
  throw notAccepted(loss, `the chain goes up to ${end} already`);
}

function isThisLoss({ start, next, lost }: LandedObject, { from, to }: AcceptedLoss): boolean {
  return start === from && next === to && lost === 'retention';
}

function notAccepted({ topic, partition, from, to }: AcceptedLoss, why: string): AdapterError {
  return new AdapterError(
    `not accepted: of ${topic} partition ${partition} ${why}, and that is not ${from} to ${to - 1}; the chain is as it was`,
    { system: 's3', code: 'invalid' },
  );
}

function corrupt(message: string): AdapterError {
  return new AdapterError(message, { system: 'kafka', code: 'corrupt' });
}
