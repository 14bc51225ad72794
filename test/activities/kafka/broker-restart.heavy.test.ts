import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createKafka } from '../../../activities/kafka/kafka.ts';
import { parseSettings } from '../../../config/settings.ts';
import { startStack, type Stack } from '../../../stack/stack.ts';

const stateDir = mkdtempSync(join(tmpdir(), 'tradewind-broker-'));
const signal = new AbortController().signal;
const up = (): Promise<Stack> => startStack({ stateDir, parts: ['kafka'], tether: true, given: {} });

let stack: Stack;

beforeAll(async () => {
  stack = await up();
}, 240_000);

afterAll(async () => {
  await stack.stop();
  rmSync(stateDir, { recursive: true, force: true });
}, 60_000);

/** Kills the broker (SIGKILL) and starts it again on its data. */
async function restart(): Promise<void> {
  const pid = stack.parts.find(({ name }) => name === 'kafka')?.pid;
  if (pid === undefined) throw new Error('the stack names no pid of Kafka');
  process.kill(pid, 'SIGKILL');
  await sleep(1000);
  stack = await up();
}

test('a broker killed in the middle of sends and reads loses nothing that was acknowledged', async () => {
  const kafka = createKafka(parseSettings(stack.settings).kafka);
  const topic = 'restart';
  await kafka.ensureTopics([{ topic, partitions: 1, replicationFactor: 1, retentionMs: -1 }]);
  const producer = await kafka.producer();
  let restarted: Promise<void> | undefined;
  let number = 0;
  for (let i = 0; i < 100; i++) {
    const records = Array.from({ length: 200 }, () => ({
      key: Buffer.from('k'),
      value: Buffer.from(String(number++).padEnd(700)),
    }));
    await producer.send(topic, records);
    if (i === 30) restarted = restart();
  }
  await restarted;
  await producer.close();

  const [offsets] = await kafka.offsets(topic);
  const to = offsets?.high ?? 0;
  const seen = new Set<number>();
  let next = 0;
  let last = -1;
  let batches = 0;
  for await (const batch of kafka.readRange({ topic, partition: 0, from: 0, to }, signal)) {
    for (const { offset, value } of batch) {
      expect(offset).toBe(next++);
      const one = Number(value?.toString());
      // A send whose answer was lost is there twice, in its order; nothing is left out.
      expect(one).toBeLessThanOrEqual(last + 1);
      last = one;
      seen.add(one);
    }
    batches += 1;
    if (batches === 3) restarted = restart();
    await sleep(20);
  }
  await restarted;
  expect(next).toBe(to);
  expect(seen.size).toBe(number);
  await kafka.close();
}, 240_000);
