import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CompressionTypes, Kafka, logLevel } from 'kafkajs';
import { createKafka } from '../activities/kafka/kafka.ts';
import type { KafkaPort, OutgoingRecord } from '../activities/kafka/port.ts';
import { createSourceDatabase } from '../activities/mysql/source-database.ts';
import { createEmulate } from '../activities/steps/emulate.ts';
import type { EmulateInput } from '../activities/steps/contract.ts';
import { loadSettings } from '../config/environment.ts';
import { benchContext } from './support/bench-context.ts';
import { fillBenchSource } from './support/bench-source.ts';
import { runKafkaTool } from './support/kafka-tool.ts';
import { memoryStore } from './support/memory-store.ts';
import { processCost, type ProcessCost } from './support/process-cost.ts';
import type { BenchContext, BenchRow } from './support/report.ts';

/** Posts that the step sends at a time, and so do the bare loops. */
const chunk = 2_000;

/**
 * `npm run bench -- emulate [--rows 500000] [--rounds 5]`, with the local stack up: the emulate step at full rate, rows of
 * `pinterest_data` from MySQL to Kafka, against the same client's bare loop over ready-made buffers, in turns in one run.
 * Beside them, once, kafkajs' bare loop and Kafka's own tool, with the same rows as values.
 */
export async function emulate({ args, signal, record }: BenchContext): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { rows: { type: 'string', default: '500000' }, rounds: { type: 'string', default: '5' } },
  });
  const rows = Number(values.rows);
  const settings = loadSettings(['mysql', 'kafka']);
  const mysql = { ...settings.mysql, database: `${settings.mysql.database}_bench` };
  await fillBenchSource(mysql, rows);
  const kafka = createKafka(settings.kafka);
  const source = createSourceDatabase(mysql);
  const name = `bench-emulate-${Date.now()}`;
  const ready = await readyMade(source, Math.min(rows, 20 * chunk), signal);
  const ratios: number[] = [];

  for (let round = 1; round <= Number(values.rounds) && !signal.aborted; round++) {
    const bare = await processCost(() => bareLoop(kafka, `${name}-bare-${round}`, ready, rows, signal));
    record(line(round, 'bare loop, our adapter', rows, bare.cost));
    const user = `${name}-step-${round}`;
    const step = createEmulate({ source, kafka, store: memoryStore(), user, topics: topicSettings });
    const whole = await processCost(() => step(wholeTable, benchContext(user, signal)));
    const sent = whole.result.records.pin;
    const ratio = bare.cost.seconds / whole.cost.seconds;
    ratios.push(ratio);
    record({ ...line(round, 'emulate step', sent, whole.cost), ofBare: ratio });
  }
  const kafkajs = await processCost(() => kafkajsLoop(settings.kafka.brokers, `${name}-js`, ready, rows, kafka));
  record(line('peer', 'bare loop, kafkajs', rows, kafkajs.cost));
  record({
    round: 'peer',
    what: 'kafka-producer-perf-test',
    rows,
    recordsPerSecond: await javaTool(settings.kafka.brokers, `${name}-java`, ready, rows, kafka, signal),
  });
  record({
    round: 'median',
    what: 'emulate step of bare loop',
    ofBare: ratios.toSorted((a, b) => a - b)[ratios.length >> 1] ?? 0,
  });
  await Promise.all([source.close(), kafka.close()]);
}

const topicSettings = { partitions: 3, replicationFactor: 1, retentionMs: 600_000 };
const wholeTable: EmulateInput = { posts: 1, draw: 'whole', seed: 100, rate: null, timestamps: 'space', rows: null };

function line(
  round: number | string,
  what: string,
  rows: number,
  { seconds, cpuSeconds, peakRssMb }: ProcessCost,
): BenchRow {
  return { round, what, rows, recordsPerSecond: Math.round(rows / seconds), seconds, cpuSeconds, peakRssMb };
}

/** The first rows of the table as records, chunk by chunk. */
async function readyMade(
  source: ReturnType<typeof createSourceDatabase>,
  rows: number,
  signal: AbortSignal,
): Promise<readonly (readonly OutgoingRecord[])[]> {
  const chunks: OutgoingRecord[][] = [];
  for (let from = 0; from < rows; from += chunk) {
    const offsets = Array.from({ length: Math.min(chunk, rows - from) }, (_, i) => from + i);
    const found = await source.records('pin', offsets, 'space', signal);
    // Copies, so that no buffer of the database client stands behind them.
    chunks.push([...found.values()].map(({ key, value }) => ({ key: Buffer.from(key), value: Buffer.from(value) })));
  }
  return chunks;
}

async function bareLoop(
  kafka: KafkaPort,
  topic: string,
  ready: readonly (readonly OutgoingRecord[])[],
  rows: number,
  signal: AbortSignal,
): Promise<void> {
  await kafka.ensureTopics([{ ...topicSettings, topic }]);
  const producer = await kafka.producer();
  for (let sent = 0; sent < rows; sent += chunk) {
    await producer.send(topic, ready[(sent / chunk) % ready.length] ?? [], signal);
  }
  await producer.close();
}

async function kafkajsLoop(
  brokers: readonly string[],
  topic: string,
  ready: readonly (readonly OutgoingRecord[])[],
  rows: number,
  kafka: KafkaPort,
): Promise<void> {
  await kafka.ensureTopics([{ ...topicSettings, topic }]);
  const producer = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  for (let sent = 0; sent < rows; sent += chunk) {
    const messages = [...(ready[(sent / chunk) % ready.length] ?? [])];
    await producer.send({ topic, acks: -1, compression: CompressionTypes.None, messages });
  }
  await producer.disconnect();
}

/** Records per second as the tool prints them. It takes values from a file of lines, and no keys. */
async function javaTool(
  brokers: readonly string[],
  topic: string,
  ready: readonly (readonly OutgoingRecord[])[],
  rows: number,
  kafka: KafkaPort,
  signal: AbortSignal,
): Promise<number> {
  await kafka.ensureTopics([{ ...topicSettings, topic }]);
  const folder = mkdtempSync(join(tmpdir(), 'tradewind-bench-'));
  try {
    const payload = join(folder, 'rows.jsonl');
    writeFileSync(
      payload,
      ready
        .flat()
        .map(({ value }) => `${value?.toString()}\n`)
        .join(''),
    );
    const printed = await runKafkaTool(
      'ProducerPerformance',
      [
        '--bootstrap-server',
        brokers.join(','),
        '--topic',
        topic,
        '--num-records',
        String(rows),
        '--payload-file',
        payload,
        '--throughput',
        '-1',
        '--command-property',
        'acks=all',
        'batch.size=131072',
        'linger.ms=5',
      ],
      signal,
    );
    return Math.round(Number(/([\d.]+) records\/sec [^\n]*\n?$/.exec(printed.trim())?.[1] ?? Number.NaN));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
