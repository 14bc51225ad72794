import { z } from 'zod';
import { isTopicName } from '../../pipeline/landing/keys.ts';
import { runPrefix } from '../../pipeline/run-keys.ts';
import { tableNames, topicName } from '../../pipeline/tables.ts';
import type { KafkaPort, PartitionOffsets } from '../kafka/port.ts';
import type { LandingZone } from '../s3/port.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import { readJson } from '../shared/json-document.ts';
import type { ObjectStore } from '../shared/object-store.ts';
import type { StepContext } from '../shared/step-context.ts';
import type { LandingRange, PlanLandingInput } from './contract.ts';
import { lostToRetention, topicAnew } from './landing-loss.ts';
import { holdPartitionCount } from './partition-count.ts';

/** What planning needs. */
export interface PlanLandingDeps {
  readonly kafka: KafkaPort;
  readonly store: ObjectStore;
  readonly zone: LandingZone;
  /** User whose topics are landed: `<user>.pin` and so on. */
  readonly user: string;
}

const offset = z.int().min(0);

/** `runs/<dag>/<run id>/inputs/landing-<table>.json`: what a run lands, fixed by its first attempt. */
const landingPlan = z.object({
  version: z.literal(1),
  table: z.enum(tableNames),
  ranges: z.array(
    z
      .object({ topic: z.string().refine(isTopicName), partition: z.int().min(0), from: offset, to: offset })
      .refine(({ from, to }) => from <= to),
  ),
});

/**
 * The step that fixes which offsets of a table's topic a run lands: for each partition from where its chain ends (or from
 * the first record that Kafka still has, when nothing was landed yet) to the high watermark of now. Written create-once
 * in the run's folder: every later attempt, clear or re-run of the run reads the same ranges back, though the topic has
 * grown. Ranges of length 0 are among them, so that the counts of a quiet day say so.
 *
 * Throws `corrupt` when records were lost before they were landed, and `invalid` when the topic's number of partitions has
 * changed so that order is lost; both say how to go on.
 */
export function createPlanLanding(
  deps: PlanLandingDeps,
): (input: PlanLandingInput, context: StepContext) => Promise<readonly LandingRange[]> {
  return async ({ table }, { place, signal }) => {
    const key = `${runPrefix(place)}inputs/landing-${table}.json`;
    const fixed = await readPlan(deps.store, key, table, signal);
    if (fixed !== undefined) return fixed;

    const topic = topicName(deps.user, table);
    const partitions = await deps.kafka.offsets(topic);
    const ranges = await Promise.all(partitions.map(async (offsets) => planRange(deps.zone, topic, offsets, signal)));
    // A topic that never had a record may still be made anew with any number of partitions.
    if (ranges.some(({ to }) => to > 0)) await holdPartitionCount(deps.store, topic, partitions.length, signal);
    const body = Buffer.from(`${JSON.stringify({ version: 1, table, ranges })}\n`);
    const outcome = await deps.store.create(key, body, { contentType: 'application/json', signal });
    // Whoever was first decides: another attempt, which saw another watermark, or this one, whose response was lost.
    return outcome === 'created' ? ranges : ((await readPlan(deps.store, key, table, signal)) ?? ranges);
  };
}

async function planRange(
  zone: LandingZone,
  topic: string,
  { partition, low, high }: PartitionOffsets,
  signal: AbortSignal,
): Promise<LandingRange> {
  const end = await zone.end(topic, partition, signal);
  if (end === undefined) return { topic, partition, from: low, to: high };
  if (end > high) throw topicAnew({ topic, partition }, end, high);
  if (end < low) throw lostToRetention({ topic, partition, from: end, to: low });
  return { topic, partition, from: end, to: high };
}

async function readPlan(
  store: ObjectStore,
  key: string,
  table: string,
  signal: AbortSignal,
): Promise<readonly LandingRange[] | undefined> {
  const stored = await store.get(key, signal);
  if (stored === undefined) return undefined;
  const plan = readJson(landingPlan, stored.body);
  if (plan?.table === table) return plan.ranges;
  throw new AdapterError(
    `${key} is not a plan of what to land: it fixes the inputs of its run and must not be edited`,
    {
      system: 's3',
      code: 'corrupt',
    },
  );
}
