import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { createKafka } from '../activities/kafka/kafka.ts';
import { createLandingZone } from '../activities/s3/landing-zone.ts';
import { createS3ObjectStore } from '../activities/s3/s3-object-store.ts';
import { createLandPartition } from '../activities/steps/land-partition.ts';
import { auditLanding } from '../activities/steps/landing-audit.ts';
import { createPlanLanding } from '../activities/steps/plan-landing.ts';
import { parseSettings, type Settings } from '../config/settings.ts';
import { sourcePosts } from '../pipeline/source/source-posts.ts';
import { sourcePostCount } from '../pipeline/source/source-tables.ts';
import { topicName } from '../pipeline/tables.ts';
import { startStack } from '../stack/stack.ts';
import { benchContext } from './support/bench-context.ts';
import { runKafkaTool } from './support/kafka-tool.ts';
import { processCost, type ProcessCost } from './support/process-cost.ts';
import type { BenchContext } from './support/report.ts';

const partitions = 3;

/** Records a second of Kafka Connect with Aiven's S3 sink on two cores; docs/decisions/landing.md says how it was run. */
const kafkaConnectPerSecond = 22_500;

/** What a landing came to. */
interface Landing {
  readonly records: number;
  readonly objects: number;
  readonly cost: ProcessCost;
}

/**
 * `npm run bench -- landing [--records 1000000] [--rounds 3] [--payload FILE] [--gzip]`: lands a topic of pin-sized records
 * from three partitions, all in this process, on each S3 server of the stack in turn, and has Kafka's own consumer tool
 * read the same topic beside it: that is the limit. It brings up servers of its own; each landing is into an empty bucket,
 * and its bytes are proved afterwards, untimed.
 */
export async function landing({ args, signal, record }: BenchContext): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      records: { type: 'string', default: '1000000' },
      rounds: { type: 'string', default: '3' },
      payload: { type: 'string' },
      gzip: { type: 'boolean', default: false },
    },
  });
  const records = Number(values.records);
  const folder = await mkdtemp(join(tmpdir(), 'tradewind-bench-'));
  const start = async (part: 'kafka' | 's3', s3: 'ministack' | 'versitygw' = 'ministack') =>
    startStack({ stateDir: join(folder, part, s3), parts: [part], s3, tether: true, given: {} });
  const kafka = await start('kafka');
  const ratios = new Map<string, number[]>();
  try {
    const [broker = ''] = parseSettings(kafka.settings).kafka.brokers;
    await fill(parseSettings(kafka.settings), values.payload ?? (await madePayload(folder)), records, signal);
    for (let round = 1; round <= Number(values.rounds) && !signal.aborted; round += 1) {
      const consumed = await consume(broker, records, signal);
      record({ round, what: 'kafka-consumer-perf-test', records, recordsPerSecond: consumed });
      for (const server of ['ministack', 'versitygw'] as const) {
        const s3 = await start('s3', server);
        const name = `landing to ${server}`;
        try {
          const settings = parseSettings({ ...kafka.settings, ...s3.settings, TW_USER: 'bench' });
          const { cost, ...landed } = await land(settings, values.gzip, `round-${round}`, signal);
          const perSecond = Math.round(landed.records / cost.seconds);
          ratios.set(name, [...(ratios.get(name) ?? []), perSecond / consumed]);
          record({
            round,
            what: name,
            ...landed,
            recordsPerSecond: perSecond,
            ofConsumer: perSecond / consumed,
            ofKafkaConnect: perSecond / kafkaConnectPerSecond,
            ...cost,
          });
        } finally {
          await s3.stop();
          await rm(join(folder, 's3', server), { recursive: true, force: true });
        }
      }
    }
    for (const [what, all] of ratios) record({ round: 'median', what, ofConsumer: median(all) });
  } finally {
    await kafka.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Lands the whole topic in a bucket of its own, proves it, and says what the landing cost this process. */
async function land(settings: Settings, gzip: boolean, runId: string, signal: AbortSignal): Promise<Landing> {
  const store = createS3ObjectStore(settings.s3);
  const kafka = createKafka(settings.kafka);
  try {
    await store.ensureBucket();
    const { user, landing: limits } = settings;
    const zone = createLandingZone(store, { gzip });
    const context = benchContext(runId, signal);
    const ranges = await createPlanLanding({ kafka, store, zone, user })({ table: 'pin' }, context);
    const step = createLandPartition({ kafka, zone, user, limits });
    const { result, cost } = await processCost(() =>
      Promise.all(ranges.map((range) => step({ table: 'pin', range }, context))),
    );
    const audit = await auditLanding(zone, ranges, { bytes: true, signal });
    const counted = result.reduce((sum, one) => sum + one.records, 0);
    if (audit.records !== counted || audit.offsets !== counted)
      throw new Error(`landed ${counted}, but found ${audit.records}`);
    return { records: counted, objects: audit.objects, cost };
  } finally {
    await kafka.close();
    store.close();
  }
}

/** Fills the topic with the lines of a file, over and over, by Kafka's own producer tool. */
async function fill({ kafka }: Settings, payload: string, records: number, signal: AbortSignal): Promise<void> {
  const topic = topicName('bench', 'pin');
  const port = createKafka(kafka);
  await port.ensureTopics([{ topic, partitions, replicationFactor: 1, retentionMs: -1 }]);
  await port.close();
  const properties = ['acks=all', 'batch.size=131072', 'linger.ms=5'].flatMap((one) => ['--command-property', one]);
  const sizes = ['--num-records', `${records}`, '--throughput', '-1', '--payload-file', payload];
  const [bootstrap = ''] = kafka.brokers;
  await runKafkaTool(
    'ProducerPerformance',
    ['--bootstrap-server', bootstrap, '--topic', topic, ...sizes, ...properties],
    signal,
  );
}

/** Records a second by Kafka's own consumer tool, its start included as it counts itself. */
async function consume(broker: string, records: number, signal: AbortSignal): Promise<number> {
  const args = ['--bootstrap-server', broker, '--topic', topicName('bench', 'pin'), '--num-records', `${records}`];
  const [head = '', figures = ''] = (await runKafkaTool('ConsumerPerformance', args, signal))
    .trim()
    .split('\n')
    .slice(-2);
  const column = head.split(', ').indexOf('nMsg.sec');
  return Math.round(Number(figures.split(', ')[column]));
}

/** The pin rows of the source as lines of JSON. */
async function madePayload(folder: string): Promise<string> {
  const path = join(folder, 'pin.jsonl');
  const source = sourcePosts();
  const lines = Array.from({ length: sourcePostCount }, (_, n) => `${JSON.stringify(source.post(n).pin)}\n`);
  await pipeline(Readable.from(lines), createWriteStream(path));
  return path;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;
}
