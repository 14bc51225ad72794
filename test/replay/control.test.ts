import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { DeterminismViolationError } from '@temporalio/workflow';
import { Worker, type WorkflowBundle } from '@temporalio/worker';
import { controlEntry } from '../../workers/bundle.ts';
import { eventually } from '../support/own-state.ts';
import { bundle, collectLogs, endOf, onRealServer, type Harness } from '../workflows/harness.ts';
import { keepHistoryAt, recording } from './record.ts';

/**
 * What looks after runs lives on through every deployment (workers/worker.ts: AUTO_UPGRADE), so that its code must go on replaying
 * all that a build of ours has ever done: these are never forgotten, and a change of it that does not replay them needs `patched`.
 */
const folder = join(__dirname, 'histories-of-control');

interface Recorded {
  readonly name: string;
  readonly workflowId: string;
  readonly history: unknown;
}

function recorded(): readonly Recorded[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((name) => ({
    name,
    ...(JSON.parse(readFileSync(join(folder, name), 'utf8')) as Omit<Recorded, 'name'>),
  }));
}

describe('histories of what looks after runs', () => {
  let workflowBundle: WorkflowBundle;

  beforeAll(async () => {
    if (recording) await record();
    else collectLogs();
    workflowBundle = await bundle(controlEntry);
  }, 300_000);

  test('replay, every one that there ever was (npm run record makes the ones of new workflows)', async () => {
    expect(recorded().map(({ name }) => name)).toContain('controller.json');
    for (const { workflowId, history } of recorded()) {
      await Worker.runReplayHistory({ workflowBundle }, historyFromJSON(history), workflowId);
    }
  });

  test('do not replay on code that does something else', async () => {
    const one = recorded().find(({ name }) => name === 'controller.json');
    if (one === undefined) throw new Error('nothing is recorded of a controller');
    const altered = JSON.parse(
      JSON.stringify(one.history).replaceAll('"name":"setSchedulePaused"', '"name":"moved"'),
    ) as unknown;
    await expect(Worker.runReplayHistory({ workflowBundle }, historyFromJSON(altered), one.workflowId)).rejects.toThrow(
      DeterminismViolationError,
    );
  });
});

async function record(): Promise<void> {
  const path = join(folder, 'controller.json');
  if (existsSync(path)) return;
  mkdirSync(folder, { recursive: true });
  const { harness, end } = await onRealServer('test/workflows/fixtures/turn-dags', { none: () => Promise.resolve() });
  try {
    await controllerOfManyRuns(harness);
    const { client, taskQueue } = harness;
    await keepHistoryAt(path, client.workflow.getHandle(`dag/gated@${taskQueue}`));
  } finally {
    await end();
  }
}

/** Runs that wait for each other, one that is terminated and found out, one that is cancelled, a pause and its end. */
async function controllerOfManyRuns({ start, control }: Harness): Promise<void> {
  const status = () => control.status('gated');
  const runs = [];
  for (let n = 0; n < 5; n++) runs.push(await start('gated'));
  await eventually('two wait', async () => (await status())?.queued.length === 2);
  const [first, second, third, fourth, fifth] = runs;
  await first?.terminate();
  await eventually('the terminated one is found out', async () => (await status())?.queued.length === 1);
  await control.setPaused('gated', true, 'a test');
  await second?.signal('open', 'x');
  await eventually('one has ended', async () => (await status())?.active.length === 2);
  await fifth?.cancel();
  await eventually('none waits', async () => (await status())?.queued.length === 0);
  await control.setPaused('gated', false, 'a test');
  for (const run of [third, fourth]) {
    await run?.signal('open', 'x');
    if (run !== undefined) await endOf(run);
  }
  await eventually('all have ended', async () => (await status())?.active.length === 0);
}
