import { createS3ObjectStore } from '../../activities/s3/s3-object-store.ts';
import { seedSource } from '../../activities/mysql/source-seeder.ts';
import { tryLogKey } from '../../pipeline/run-keys.ts';
import { startFaultProxy } from '../activities/s3/fault-proxy.ts';
import { eventually } from '../support/own-state.ts';
import { testSettings, testVariables, uniqueDatabase } from '../support/stack.ts';
import { figuresOf, setScene, type Scene } from './scene.ts';

const database = uniqueDatabase();
const variables = (): Readonly<Record<string, string>> => testVariables({ TW_MYSQL_DATABASE: database });

beforeAll(async () => {
  await seedSource(testSettings({ TW_MYSQL_DATABASE: database }).mysql, {
    force: false,
    signal: new AbortController().signal,
  });
}, 60_000);

/** What a line has of what these tests look at. */
interface Line {
  readonly msg: string;
  readonly attempt: number;
}

/** The log of a task's first try. */
async function logOf(scene: Scene, runId: string, taskId: string): Promise<readonly Line[]> {
  const store = createS3ObjectStore(scene.settings.s3);
  try {
    const key = tryLogKey({ dagId: 'pinterestDaily', runId, taskId, mapIndex: -1, tryNumber: 1 });
    const text = (await store.get(key))?.body.toString() ?? '';
    const lines = text.split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Line);
  } finally {
    store.close();
  }
}

describe("a try's log", () => {
  test('has the lines of a worker that was killed, and after them those of the next attempt', async () => {
    await using scene = await setScene(variables());
    const first = await scene.worker();
    // A line is kept a second after it was written: the attempt must not be through by then.
    const run = await scene.run({ posts: 300, rate: 40 });
    await eventually('the first line', async () => (await logOf(scene, run.workflowId, 'emulate')).length > 0);
    await first.kill();
    await scene.worker();
    await figuresOf(scene, run);
    await eventually('the second attempt', async () =>
      (await logOf(scene, run.workflowId, 'emulate')).some(({ attempt }) => attempt === 2),
    );
    const ofActivity = (await logOf(scene, run.workflowId, 'emulate')).filter(({ attempt }) => attempt > 0);
    expect(ofActivity.map(({ msg, attempt }) => `${attempt} ${msg}`)).toEqual([
      '1 posting a part of the draw',
      '2 posting a part of the draw',
      '2 going on where an earlier attempt or try was',
    ]);
  }, 120_000);

  test('that cannot be kept fails and delays nothing', async () => {
    const proxy = await startFaultProxy(testSettings().s3.endpoint ?? '');
    try {
      await using scene = await setScene(variables());
      const worker = await scene.worker({ TW_S3_ENDPOINT: proxy.endpoint });
      const secondsOf = async (): Promise<number> => {
        const begun = performance.now();
        await figuresOf(scene, await scene.run({ posts: 20 }));
        return (performance.now() - begun) / 1_000;
      };
      const usual = await secondsOf();
      proxy.rule = (_, path) => (path.includes('/logs/') ? { kind: 'silence' } : undefined);
      // A write waits ten seconds for its answer, and two tasks of the row have a log.
      expect(await secondsOf()).toBeLessThan(usual + 15);
      await scene.expectWhole();
      await eventually('the warning', async () => (await scene.log()).includes('not kept for now'));
      await worker.stop();
      const log = await scene.log();
      expect(log.split('not kept for now')).toHaveLength(2);
      expect(log).toContain('log lines could not be kept');
      expect(log).toContain('"msg":"drained"');
      expect(log).not.toContain('the drain did not end in time');
    } finally {
      await proxy.close();
    }
  }, 120_000);
});
