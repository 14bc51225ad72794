import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { parseSettings } from '../../config/settings.ts';
import { defineDag } from '../../dag/define-dag.ts';
import { cron } from '../../dag/timetable.ts';
import { ensureNamespace } from '../../scripts/namespace.ts';
import { reconcileSchedules } from '../../scripts/schedules/reconcile.ts';
import { openTemporal } from '../../scripts/temporal-client.ts';
import { startStack, type Stack } from '../../stack/stack.ts';
import { eventually } from '../support/own-state.ts';

/** Seconds between two slots. */
const every = 20;

let stateDir: string;
const stacks: Stack[] = [];

const start = async (): Promise<void> => {
  stacks.unshift(await startStack({ stateDir, parts: ['temporal'], tether: true, given: {} }));
};

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'tradewind-slot-'));
  await start();
}, 60_000);

afterAll(async () => {
  for (const stack of stacks) await stack.stop();
  await rm(stateDir, { recursive: true, force: true });
});

/** Slots that runs were started for, epoch seconds, in order. */
async function slotsRun(): Promise<number[]> {
  await using temporal = await openTemporal(parseSettings(stacks[0]?.settings ?? {}).temporal);
  const slots: number[] = [];
  for await (const { workflowId } of temporal.client.workflow.list()) {
    const nominal = /^tick-(\d{4}-.*Z)$/.exec(workflowId)?.[1];
    if (nominal !== undefined) slots.push(Date.parse(nominal) / 1_000);
  }
  return slots.toSorted((a, b) => a - b);
}

test('a slot that passes while the Temporal server is down is run when it is back, once', async () => {
  const definition = defineDag(
    'tick',
    { schedule: cron(`* * * * * */${every}`), catchup: false, params: z.object({}) },
    ({ task }) => {
      task('only', { run: () => 1 });
    },
  );
  const { temporal: settings } = parseSettings(stacks[0]?.settings ?? {});
  {
    await using temporal = await openTemporal(settings);
    await ensureNamespace(temporal.connection, { namespace: settings.namespace, retentionDays: 1 });
    const order = { definitions: [definition], taskQueue: 'slots', now: new Date(), apply: true, prune: false };
    expect(await reconcileSchedules(temporal.client, order)).toMatchObject([{ action: 'create' }]);
  }
  await eventually('the first run', async () => (await slotsRun()).length > 0, 2 * every * 1_000);
  const missed = ((await slotsRun()).at(-1) ?? 0) + every;

  const pid = stacks[0]?.parts[0]?.pid;
  if (pid === undefined) throw new Error('the server was not started by this test');
  process.kill(-pid, 'SIGKILL');
  await new Promise((resolve) => setTimeout(resolve, (missed + 4) * 1_000 - Date.now()));
  await start();

  await eventually('the run of the missed slot', async () => (await slotsRun()).includes(missed));
  const slots = await slotsRun();
  expect(new Set(slots).size).toBe(slots.length);
  expect(slots.filter((slot) => slot <= missed).slice(-2)).toEqual([missed - every, missed]);
}, 120_000);
