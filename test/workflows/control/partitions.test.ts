import { TypedSearchAttributes } from '@temporalio/common';
import { createSlotRuns } from '../../../activities/temporal/slot-runs.ts';
import { partitionMemo } from '../../../dag/partition-key.ts';
import type { RunRecord } from '../../../dag/run-record.ts';
import { consumerStanding } from '../../../scripts/assets/consumer-standing.ts';
import { subscriptionsOf } from '../../../scripts/assets/known-assets.ts';
import { createRunReader } from '../../../scripts/runs/run-reader.ts';
import { startRun } from '../../../scripts/start-run.ts';
import type { RunStatus } from '../../../workflows/engine/queries.ts';
import { scheduledStartTime } from '../../../workflows/engine/search-attributes.ts';
import { eventually } from '../../support/own-state.ts';
import { uniqueName } from '../../support/stack.ts';
import { eachDay, eachHour } from '../fixtures/partition-dags.ts';
import { endOf, onRealServer, type Harness, type Stage } from '../harness.ts';

describe('partitions, on a real server', () => {
  let stage: Stage;
  let harness: Harness;

  beforeAll(async () => {
    const none = { none: () => Promise.resolve() };
    stage = await onRealServer('test/workflows/fixtures/partition-dags', none, { bucket: uniqueName('partitions') });
    ({ harness } = stage);
    await harness.assets.subscribe(subscriptionsOf([eachDay.definition]));
  });

  afterAll(() => stage.end());

  const recordOf = async (dagId: string, runId: string): Promise<RunRecord> => {
    const found = await harness.ledger.read({ dagId, runId });
    if (found === undefined) throw new Error(`there is no record of ${runId}`);
    return found;
  };
  /** The run of a slot, as a Schedule starts it. */
  async function runSlot(slot: string): Promise<string> {
    const handle = await harness.client.workflow.start('eachHour', {
      workflowId: `eachHour-${slot}`,
      taskQueue: `${harness.taskQueue}-orchestration`,
      typedSearchAttributes: new TypedSearchAttributes([{ key: scheduledStartTime, value: new Date(slot) }]),
    });
    await endOf(handle);
    return handle.workflowId;
  }
  async function runFor(partitionKey: string): Promise<string> {
    const runId = uniqueName('prices');
    const { taskQueue } = harness;
    const handle = await startRun(harness.client, { dagId: 'pricesOf', runId, taskQueue, params: {}, partitionKey });
    await endOf(handle);
    return runId;
  }
  const standingOf = async (name: string) => {
    const queue = (await harness.assets.status())?.queues.find(({ dagId }) => dagId === 'eachDay');
    const { pendingPartitions = [], problems = [] } = consumerStanding(name, eachDay.definition, queue);
    return { pending: pendingPartitions, problems };
  };
  const daysRun = async (): Promise<readonly string[]> => {
    const runs: string[] = [];
    for await (const { runId } of harness.ledger.list('eachDay')) runs.push(runId);
    return runs;
  };

  test('are named by the timetable for the run of a slot, told by whoever starts one, and kept with it', async () => {
    const runId = await runSlot('2026-03-10T09:00:00Z');
    expect(await recordOf('eachHour', runId)).toMatchObject({
      runType: 'scheduled',
      logicalDate: '2026-03-10T09:00:00.000Z',
      partitionKey: '2026-03-10T08',
      tasks: [{ result: '"2026-03-10T08"' }],
    });
    const byHand = await runFor('2026-03-10');
    expect(await recordOf('pricesOf', byHand)).toMatchObject({ runType: 'manual', partitionKey: '2026-03-10' });
    expect(await harness.client.workflow.getHandle(byHand).query<RunStatus>('states')).toMatchObject({
      partitionKey: '2026-03-10',
    });
    const { client, ledger } = harness;
    const options = { ledger, dagIds: ['eachHour', 'pricesOf'], warn: () => undefined };
    const reader = createRunReader({ client, ...options });
    expect(await reader.find(runId)).toMatchObject({ partitionKey: '2026-03-10T08' });
    await eventually('both are listed', async () => (await reader.list({ limit: 9 })).length === 2);
    const keys = (await reader.list({ limit: 9 })).map(({ dagId, partitionKey }) => [dagId, partitionKey]);
    expect(keys).toEqual(
      expect.arrayContaining([
        ['eachHour', '2026-03-10T08'],
        ['pricesOf', '2026-03-10'],
      ]),
    );
    const lines: (string | undefined)[] = [];
    for await (const { partitionKey } of ledger.list('eachHour')) lines.push(partitionKey);
    for await (const { partitionKey } of harness.assetLog.list('lake/prices')) lines.push(partitionKey);
    expect(lines).toEqual(['2026-03-10T08', '2026-03-10']);

    const wrong = await client.workflow.start('pricesOf', {
      workflowId: uniqueName('wrong'),
      taskQueue: `${harness.taskQueue}-orchestration`,
      memo: { [partitionMemo]: ' ' },
    });
    expect((await endOf(wrong)).message).toContain("the partition key is ' '");
  });

  test('start a run as soon as all of one has come, which keeps its partition when it is cleared', async () => {
    // From the test before: an hour and the prices of the tenth.
    await runSlot('2026-03-11T01:00:00Z');
    await endOf(await harness.start('pricesOf'));
    expect(await standingOf('lake/hours')).toEqual({
      pending: [
        {
          partitionKey: '2026-03-10',
          assets: [
            { asset: 'lake/hours', received: 1, required: 2 },
            { asset: 'lake/prices', received: 1, required: 1 },
          ],
        },
        {
          partitionKey: '2026-03-11',
          assets: [
            { asset: 'lake/hours', received: 1, required: 2 },
            { asset: 'lake/prices', received: 0, required: 1 },
          ],
        },
      ],
      problems: [expect.stringMatching(/^lake\/prices, made by pricesOf.* is of no partition$/)],
    });
    await runSlot('2026-03-10T10:00:00Z');
    await eventually('the tenth has run', async () => (await daysRun()).length === 1);
    const [runId = ''] = await daysRun();
    const record = await recordOf('eachDay', runId);
    expect(record).toMatchObject({ runType: 'asset_triggered', state: 'success', partitionKey: '2026-03-10' });
    expect(record.triggeringAssetEvents?.map(({ partitionKey }) => partitionKey)).toEqual([
      '2026-03-10T08',
      '2026-03-10',
      '2026-03-10T09',
    ]);
    const parts = record.tasks.filter(({ taskId }) => taskId === 'parts');
    const told = new Set<string | undefined>();
    for (const part of parts) told.add(await harness.ledger.result(part));
    expect([parts.length, [...told]]).toEqual([501, ['"2026-03-10"']]);
    expect((await standingOf('lake/hours')).pending.map(({ partitionKey }) => partitionKey)).toEqual(['2026-03-11']);

    await harness.control.rerun({ record, cleared: [{ taskId: 'which', mapIndex: -1 }] });
    await endOf(harness.client.workflow.getHandle(runId));
    const again = await recordOf('eachDay', runId);
    expect(again).toMatchObject({ attempt: 2, partitionKey: '2026-03-10' });
    expect(again.tasks.find(({ taskId }) => taskId === 'which')?.result).toBe('"2026-03-10"');
  });

  test('are those that a task finds, where it triggers a run for each', async () => {
    expect((await endOf(await harness.start('finds'))).result?.state).toBe('success');
    const keys: (string | undefined)[] = [];
    for await (const { partitionKey } of harness.ledger.list('pricesOf')) keys.push(partitionKey);
    expect(keys).toEqual(expect.arrayContaining(['us', 'eu']));
  });

  test('are those of the slots that a backfill runs, whatever the timetable says by then', async () => {
    const slots = createSlotRuns({ client: harness.client, runQueue: `${harness.taskQueue}-orchestration` });
    const at = Date.parse('2026-02-01T05:00:00Z');
    const slot = { runId: 'eachHour-backfilled', start: at, end: at, partitionKey: 'planned' };
    await slots.start({ dagId: eachHour.definition.id, backfillId: 'some', slot, conf: {} });
    await endOf(harness.client.workflow.getHandle(slot.runId));
    expect(await recordOf('eachHour', slot.runId)).toMatchObject({ runType: 'backfill', partitionKey: 'planned' });
  });
});
