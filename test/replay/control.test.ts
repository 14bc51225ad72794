import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { DeterminismViolationError } from '@temporalio/workflow';
import { Worker, type WorkflowBundle } from '@temporalio/worker';
import { controlEntry } from '../../workers/bundle.ts';
import { uniqueName } from '../support/stack.ts';
import { bundle, collectLogs, onRealServer } from '../workflows/harness.ts';
import { lives } from './control-lives.ts';
import { hold } from './pool-lives.ts';
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
  }, 900_000);

  test('replay, every one that there ever was (npm run record makes the ones of new workflows)', async () => {
    const names = lives.flatMap((life) => life.names).map((name) => `${name}.json`);
    expect(recorded().map(({ name }) => name)).toEqual(expect.arrayContaining(names));
    const broken: string[] = [];
    for (const { name, workflowId, history } of recorded()) {
      await Worker.runReplayHistory({ workflowBundle }, historyFromJSON(history), workflowId).catch((error: unknown) =>
        broken.push(`${name}: ${String(error)}`),
      );
    }
    expect(broken).toEqual([]);
  });

  test.each([
    ['controller', 'setSchedulePaused'],
    ['controller-endless', 'startNext'],
    ['pool', 'untilSomeEnded'],
    ['backfill', 'advanceBackfill'],
    ['backfill-cancelled', 'dropQueuedRuns'],
    ['schedule-keeper', 'renewSchedules'],
  ])('do not replay on code that does something else: %s with another activity than %s', async (name, activity) => {
    const one = recorded().find((found) => found.name === `${name}.json`);
    if (one === undefined) throw new Error(`nothing is recorded of ${name}`);
    const history = JSON.stringify(one.history).replaceAll(`"name":"${activity}"`, '"name":"moved"');
    await expect(
      Worker.runReplayHistory({ workflowBundle }, historyFromJSON(JSON.parse(history)), one.workflowId),
    ).rejects.toThrow(DeterminismViolationError);
  });
});

async function record(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const pathOf = (name: string): string => join(folder, `${name}.json`);
  for (const { names, entry, live } of lives) {
    if (names.every((name) => existsSync(pathOf(name)))) continue;
    const { harness, end } = await onRealServer(
      entry,
      { hold },
      {
        bucket: uniqueName('record'),
        // So soon that the keeper of Schedules looks again after its shortest time.
        renewSchedules: () => Promise.resolve({ knownUntil: { daily: Date.now() + 90_000 } }),
      },
    );
    try {
      await live(harness, async (name, handle) => {
        if (!existsSync(pathOf(name))) await keepHistoryAt(pathOf(name), handle);
      });
    } finally {
      await end();
    }
  }
}
