import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKafka } from '../../activities/kafka/kafka.ts';
import { seedSource } from '../../activities/mysql/source-seeder.ts';
import { createS3ObjectStore } from '../../activities/s3/s3-object-store.ts';
import { parseSettings } from '../../config/settings.ts';
import { topicName } from '../../pipeline/tables.ts';
import type { PartName } from '../../stack/part-name.ts';
import { startStack, type Stack } from '../../stack/stack.ts';
import { startFaultProxy, type Fault } from '../activities/s3/fault-proxy.ts';
import { eventually } from '../support/own-state.ts';
import { figuresOf, setScene, type Scene } from './scene.ts';

/** Servers that may be killed without anybody else noticing. */
let stateDir: string;
let stack: Stack;
const restarted: Stack[] = [];

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'tradewind-outage-'));
  stack = await startStack({ stateDir, tether: true, given: {} });
  await seedSource(parseSettings(stack.settings).mysql, { force: false, signal: new AbortController().signal });
}, 120_000);

afterAll(async () => {
  for (const one of [...restarted, stack]) await one.stop();
  await rm(stateDir, { recursive: true, force: true });
}, 60_000);

/** SIGKILL to the server itself, then nothing for a while, then the same server on the same data and ports. */
async function outage(part: PartName, ms: number): Promise<void> {
  const running = restarted.at(-1) ?? stack;
  const pid = [...restarted, stack]
    .map(({ parts }) => parts.find(({ name }) => name === part))
    .find((row) => row?.origin === 'started')?.pid;
  if (pid === undefined) throw new Error(`${part} does not run in ${running.stateDir}`);
  process.kill(-pid, 'SIGKILL');
  await new Promise((resolve) => setTimeout(resolve, ms));
  restarted.unshift(await startStack({ stateDir, tether: true, given: {} }));
}

async function landedObjects({ settings }: Scene): Promise<number> {
  const store = createS3ObjectStore(settings.s3);
  try {
    let count = 0;
    for await (const _ of store.list('topics/')) count += 1;
    return count;
  } finally {
    store.close();
  }
}

async function succeed(scene: Scene, run: Awaited<ReturnType<Scene['run']>>, posts: number): Promise<void> {
  const { emulated, cleaned } = await figuresOf(scene, run);
  expect(emulated.draw).toEqual({ from: 0, to: posts });
  expect(new Set(cleaned.map(({ rows }) => rows)).size).toBe(1);
  await scene.expectWhole();
}

describe('a run ends by itself, with nothing lost and nothing twice, when', () => {
  test('Kafka is killed during landing and comes back', async () => {
    await using scene = await setScene(stack.settings);
    await scene.worker({ TW_LANDING_OBJECT_RECORDS: '20' });
    const run = await scene.run({ posts: 600 });
    await eventually('the first landed objects', async () => (await landedObjects(scene)) > 2);
    await outage('kafka', 2_000);
    await succeed(scene, run, 600);
  }, 180_000);

  test('the Temporal server is killed in the middle and comes back', async () => {
    await using scene = await setScene(stack.settings);
    await scene.worker();
    const run = await scene.run({ posts: 200 });
    await eventually('the first landed object', async () => (await landedObjects(scene)) > 0);
    await outage('temporal', 2_000);
    await succeed(scene, run, 200);
  }, 180_000);

  test('MySQL is killed while the emulator reads and comes back', async () => {
    await using scene = await setScene(stack.settings);
    await scene.worker();
    const run = await scene.run({ posts: 600, rate: 200 });
    const kafka = createKafka(scene.settings.kafka);
    try {
      const topic = topicName(scene.settings.user, 'pin');
      await eventually('the first posts', async () => (await kafka.offsets(topic)).some(({ high }) => high > 0));
    } finally {
      await kafka.close();
    }
    await outage('mysql', 2_000);
    await succeed(scene, run, 600);
  }, 180_000);

  test('S3 fails every eighth request in one way or another', async () => {
    const faults: readonly Fault[] = [
      { kind: 'status', status: 500, code: 'InternalError' },
      { kind: 'lose-response' },
      { kind: 'status', status: 503, code: 'SlowDown' },
      { kind: 'reset' },
      { kind: 'wait', ms: 1_500 },
    ];
    const proxy = await startFaultProxy(stack.settings['TW_S3_ENDPOINT'] ?? '');
    let requests = 0;
    proxy.rule = () => (++requests % 8 === 0 ? faults[(requests / 8) % faults.length] : undefined);
    try {
      await using scene = await setScene(stack.settings);
      await scene.worker({ TW_S3_ENDPOINT: proxy.endpoint, TW_LANDING_OBJECT_RECORDS: '40' });
      const run = await scene.run({ posts: 200 });
      await succeed(scene, run, 200);
      expect(requests).toBeGreaterThan(60);
    } finally {
      await proxy.close();
    }
  }, 180_000);
});
