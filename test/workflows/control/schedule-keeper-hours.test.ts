import type { Renewal } from '../../../activities/steps/control-contract.ts';
import { keeperId } from '../../../scripts/schedules/renew.ts';
import { skippingTime } from '../harness.ts';

const day = 86_400_000;
const none = { none: () => Promise.resolve() };

test('the keeper goes on past a look that fails, and ends when there has been no Schedule for hours: it ended at the first', async () => {
  const asked: number[] = [];
  const answers: readonly (() => Renewal)[] = [
    () => {
      throw new Error('a defect');
    },
    // By a worker whose code does not know the DAG yet.
    () => ({ knownUntil: {} }),
    () => ({ knownUntil: { london: Date.now() + 200 * day }, failed: ['other: not applied: it is busy'] }),
  ];
  const stage = await skippingTime('test/workflows/fixtures/turn-dags', none, {
    renewSchedules: async () => (answers[asked.push(Date.now()) - 1] ?? (() => ({ knownUntil: {} })))(),
  });
  try {
    const { client, taskQueue } = stage.harness;
    const start = { workflowId: keeperId(taskQueue), taskQueue: `${taskQueue}-control` };
    await client.workflow.execute('scheduleKeeper', start);
    expect(asked).toHaveLength(36);
  } finally {
    await stage.end();
  }
}, 120_000);
