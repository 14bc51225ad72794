import type { WorkflowHandle } from '@temporalio/client';
import { controllerId } from '../../activities/temporal/port.ts';
import { eventually } from '../support/own-state.ts';
import { endOf, type Harness } from '../workflows/harness.ts';
import type { Keep } from './life.ts';

/** Runs that wait for each other, one that is terminated and found out, one that is cancelled, a pause and its end. */
export async function controllerOfManyRuns({ start, control, client, taskQueue }: Harness, keep: Keep): Promise<void> {
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
  await keep('controller', client.workflow.getHandle(controllerId('gated', taskQueue)));
}

/** A run that asks again with another limit, as one of an older build may; then the controller is terminated, and begins again with what it knew. */
export async function controllerThatIsTerminated(harness: Harness, keep: Keep): Promise<void> {
  const { start, control, client, taskQueue } = harness;
  const status = () => control.status('gated');
  const runs: WorkflowHandle[] = [];
  for (let n = 1; n <= 5; n++) {
    runs.push(await start('gated'));
    await eventually('it has asked', async () => {
      const { active = [], queued = [] } = (await status()) ?? {};
      return active.length + queued.length === n;
    });
  }
  const [first, , , , last] = runs;
  if (first === undefined || last === undefined) throw new Error('there are no runs');
  const { runId: executionId } = await last.describe();
  await control.requestTurn({
    dagId: 'gated',
    runId: last.workflowId,
    executionId,
    runType: 'manual',
    logicalDate: Date.now(),
    maxActiveRuns: 4,
  });
  await eventually('four are active', async () => (await status())?.active.length === 4);
  const handle = client.workflow.getHandle(controllerId('gated', taskQueue));
  await keep('controller-limits', handle);
  await handle.terminate();
  await first.terminate();
  runs.push(await start('gated'));
  await eventually('it knows what it knew', async () => (await status())?.queued.length === 2);
  for (const run of runs.slice(1)) {
    await run.signal('open', 'x');
    await endOf(run);
  }
  await eventually('all have ended', async () => (await status())?.active.length === 0);
  await keep('controller-revived', handle);
}

/** Runs that follow each other, a pause, and their end. */
export async function controllerOfEndlessRuns({ control, client, taskQueue }: Harness, keep: Keep): Promise<void> {
  const count = async () => (await client.workflow.count('WorkflowType = "busy"')).count;
  await control.setEndless('busy', { from: null, until: null });
  await eventually('there are some', async () => (await count()) >= 2);
  await control.setPaused('busy', true, 'a test');
  await eventually('none runs', async () => (await control.status('busy'))?.active.length === 0);
  const before = await count();
  await control.setPaused('busy', false, 'a test');
  await eventually('it goes on', async () => (await count()) > before);
  await control.setEndless('busy', null);
  await eventually('none runs', async () => (await control.status('busy'))?.active.length === 0);
  await keep('controller-endless', client.workflow.getHandle(controllerId('busy', taskQueue)));
}
