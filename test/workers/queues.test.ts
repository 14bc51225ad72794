import { Connection } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { ensureNamespace } from '../../scripts/namespace.ts';
import { testSettings, uniqueName } from '../support/stack.ts';
import { bundle, collectLogs, endOf, startHarness } from '../workflows/harness.ts';

test("a task's activities run on the workers of its queue, on a real server", async () => {
  collectLogs();
  const { address } = testSettings().temporal;
  const namespace = uniqueName('queues');
  const connection = await Connection.connect({ address });
  await ensureNamespace(connection, { namespace, retentionDays: 1 });
  await connection.close();
  const env = await TestWorkflowEnvironment.createFromExistingServer({ address, namespace });
  const code = await bundle('test/workflows/fixtures/queue-dags');
  const start = (name: string, queues?: readonly string[]) => {
    const io = { where: () => Promise.resolve(name) };
    return startHarness(env, {
      bundle: code,
      activities: { io, engine: io },
      taskQueue: namespace,
      ...(queues !== undefined && { queues, roles: ['io'] }),
    });
  };
  const harnesses = [await start('here'), await start('there', ['far', 'farther'])];
  const run = await harnesses[0]?.start('queued');
  if (run === undefined) throw new Error('no run');
  expect((await endOf(run)).result?.state).toBe('success');
  await expect(run.query('result', { taskId: 'near' })).resolves.toBe('there, then here');
  for (const harness of harnesses) await harness.stop();
  await env.teardown();
});
