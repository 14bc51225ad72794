import { WorkflowUpdateFailedError } from '@temporalio/client';
import { createAssetControl } from '../../../activities/temporal/asset-control.ts';
import type { RunSummaryRecord } from '../../../dag/run-record.ts';
import { allOf, anyOf, asset, type AssetEvent } from '../../../dag/assets.ts';
import { eventually } from '../../support/own-state.ts';
import { uniqueName } from '../../support/stack.ts';
import { endOf, onRealServer, type Harness, type Stage } from '../harness.ts';

describe('assets, on a real server', () => {
  let stage: Stage;
  let harness: Harness;

  beforeAll(async () => {
    const none = { none: () => Promise.resolve() };
    stage = await onRealServer('test/workflows/fixtures/asset-dags', none, { bucket: uniqueName('assets') });
    ({ harness } = stage);
    await harness.assets.subscribe([
      { dagId: 'takesBoth', condition: allOf(asset('lake/pins'), asset('lake/users')) },
      { dagId: 'takesAny', condition: anyOf(asset('lake/users'), asset('lake/other')) },
    ]);
  });

  afterAll(() => stage.end());

  const make = async (what: string): Promise<void> => void (await endOf(await harness.start('makes', { what })));
  async function runsOf(dagId: string): Promise<readonly RunSummaryRecord[]> {
    const runs: RunSummaryRecord[] = [];
    for await (const run of harness.ledger.list(dagId)) runs.push(run);
    return runs;
  }
  async function eventsOf(name: string): Promise<readonly AssetEvent[]> {
    const events: AssetEvent[] = [];
    for await (const event of harness.assetLog.list(name)) events.push(event);
    return events;
  }
  const queued = async (): Promise<Readonly<Record<string, number>>> =>
    Object.fromEntries(
      (await harness.assets.status())?.queues.map(({ dagId, events }) => [dagId, events.length]) ?? [],
    );

  test('start one run for each set that is met; what a failed task or try would have made is not there', async () => {
    await make('pins');
    expect(await queued()).toEqual({ takesBoth: 1, takesAny: 0 });
    await make('users');
    await eventually(
      'both have run',
      async () => (await runsOf('takesBoth')).length + (await runsOf('takesAny')).length === 2,
    );
    expect(await queued()).toEqual({ takesBoth: 0, takesAny: 0 });
    expect(await eventsOf('lake/pins')).toMatchObject([{ dagId: 'makes', taskId: 'pins', mapIndex: -1 }]);
    const [run] = await runsOf('takesBoth');
    expect(run).toMatchObject({ runType: 'asset_triggered', state: 'success' });
    const [pins] = await eventsOf('lake/pins');
    const [users] = await eventsOf('lake/users');
    const record = await harness.ledger.read({ dagId: 'takesBoth', runId: run?.runId ?? '' });
    expect(record).toMatchObject({
      dataInterval: {
        start: new Date(pins?.timestamp ?? 0).toISOString(),
        end: new Date(users?.timestamp ?? 0).toISOString(),
      },
      triggeringAssetEvents: [pins, users],
    });
    expect(record?.tasks[0]?.result).toBe(JSON.stringify(['lake/pins', 'lake/users']));
    // Told again, as by a worker that did not hear the answer: nothing starts.
    await harness.assets.tell([pins, users].flatMap((event) => event ?? []));
    await make('users');
    await eventually('one of them has run again', async () => (await runsOf('takesAny')).length === 2);
    expect([await queued(), (await runsOf('takesBoth')).length]).toEqual([{ takesBoth: 1, takesAny: 0 }, 1]);
  });

  test('are waited for, and what has come stays, where the hub was terminated', async () => {
    const hub = harness.client.workflow.getHandle(`assets@${harness.taskQueue}`);
    const [both, any] = [(await runsOf('takesBoth')).length, (await runsOf('takesAny')).length];
    expect(await queued()).toEqual({ takesBoth: 1, takesAny: 0 });
    await hub.terminate();
    await make('pins');
    await eventually('takesBoth has run', async () => (await runsOf('takesBoth')).length === both + 1);
    await hub.terminate();
    await make('users');
    await eventually('takesAny has run', async () => (await runsOf('takesAny')).length === any + 1);
    expect(await queued()).toEqual({ takesBoth: 1, takesAny: 0 });
    // Who waits no more is told of nothing, also where the one that knew of it was terminated.
    await hub.terminate();
    await harness.assets.subscribe([]);
    await make('users');
    expect(await queued()).toEqual({});
    await harness.assets.subscribe([
      { dagId: 'takesBoth', condition: allOf(asset('lake/pins'), asset('lake/users')) },
      { dagId: 'takesAny', condition: anyOf(asset('lake/users'), asset('lake/other')) },
    ]);
    await make('users');
    await eventually('takesAny has run', async () => (await runsOf('takesAny')).length === any + 2);
  });

  test('of a mapped task come from each index, and wait over a new history of the hub and a subscription that changes', async () => {
    const before = (await runsOf('takesAny')).length;
    await make('others');
    await eventually('two more have run', async () => (await runsOf('takesAny')).length === before + 2);
    expect((await eventsOf('lake/other')).map(({ mapIndex }) => mapIndex)).toEqual(expect.arrayContaining([0, 1]));

    const handle = harness.client.workflow.getHandle(`assets@${harness.taskQueue}`);
    const { runId } = await handle.describe();
    const event = (n: number): AssetEvent => ({
      id: `many-${n}`,
      asset: 'lake/none',
      dagId: 'makes',
      runId: 'many',
      taskId: 'many',
      mapIndex: n,
      timestamp: n,
    });
    for (let n = 0; (await handle.describe()).runId === runId; n += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, at) => harness.assets.tell([event(n + at)])));
    }
    expect(await queued()).toEqual({ takesBoth: 1, takesAny: 0 });
    await harness.assets.subscribe([{ dagId: 'takesBoth', condition: asset('lake/users') }]);
    await eventually('what waited is enough now', async () => (await runsOf('takesBoth')).length === 3);
    expect(await queued()).toEqual({ takesBoth: 0 });
  });

  // All that one letter started were children of one history of the hub: with over 2,000 its workflow task failed, over and over. Two thousand
  // take a minute or two here; that the hub goes on after 250 is what keeps it from them.
  test('start so many runs that the hub goes on in new histories, and each once', async () => {
    const { client, taskQueue } = harness;
    const [installation, runQueue] = [`${taskQueue}-many`, `${taskQueue}-nobody`];
    const many = createAssetControl({ client, installation, taskQueue: `${taskQueue}-control`, runQueue });
    const lake = asset('lake/many');
    await many.subscribe(Array.from({ length: 30 }, (_, at) => ({ dagId: `many${at}`, condition: lake })));
    // Slips in the Temporal UI; the signal would stand in its history for ever.
    const hub = client.workflow.getHandle(`assets@${installation}`);
    await hub.signal('subscribe');
    await expect(hub.executeUpdate('events', { args: [null] })).rejects.toThrow(WorkflowUpdateFailedError);
    const { runId } = await hub.describe();
    const about = { asset: lake.asset, dagId: 'makes', runId: 'many', taskId: 'many', mapIndex: -1 };
    const events = Array.from({ length: 18 }, (_, at) => ({ ...about, id: `at-once-${at}`, timestamp: at }));
    await many.tell(events);
    await many.tell(events.slice(0, 5));
    const began = async () => (await client.workflow.count(`TaskQueue = '${runQueue}'`)).count;
    await eventually('all have begun', async () => (await began()) >= 540);
    expect([await began(), (await many.status())?.started]).toEqual([540, 540]);
    expect((await hub.describe()).runId).not.toBe(runId);
  }, 120_000);
});
