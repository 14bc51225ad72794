import { AdapterError, type AdapterErrorCode } from '../../../activities/shared/adapter-error.ts';
import { controllerId, poolId } from '../../../activities/temporal/port.ts';
import { eventually } from '../../support/own-state.ts';
import { endOf, skippingTime, type Stage } from '../harness.ts';

describe('runs in bad weather, with the time skipped', () => {
  let stage: Stage;
  let troubles: AdapterErrorCode[] = [];
  let unlisted: AdapterErrorCode | undefined;

  beforeAll(async () => {
    stage = await skippingTime(
      'test/workflows/fixtures/turn-dags',
      { none: () => Promise.resolve() },
      {
        ledgerOf: (ledger) => ({
          ...ledger,
          list: (dagId, range) => {
            if (unlisted !== undefined) throw new AdapterError('no list', { system: 's3', code: unlisted });
            return ledger.list(dagId, range);
          },
          write: async (record) => {
            const code = troubles.shift();
            if (code !== undefined) throw new AdapterError(`the bucket is ${code}`, { system: 's3', code });
            return ledger.write(record);
          },
        }),
      },
    );
  });

  afterAll(() => stage.end());

  test('a run waits with timers while the bucket is away, so that it holds no workflow task meanwhile', async () => {
    troubles = Array.from({ length: 8 }, () => 'unavailable');
    const run = await stage.harness.start('brief');
    expect((await endOf(run)).result).toMatchObject({ state: 'success' });
    const { events } = await run.fetchHistory();
    // After attempts that came 3.2 s, 6.4 s and so on apart.
    expect(events?.filter(({ timerStartedEventAttributes: timer }) => timer != null)).toHaveLength(4);
    await expect(stage.harness.ledger.read({ dagId: 'brief', runId: run.workflowId })).resolves.toMatchObject({
      state: 'success',
    });
  });

  test('a run that may leave no record gives its slot back all the same', async () => {
    troubles = ['unauthorized'];
    const run = await stage.harness.start('brief');
    expect((await endOf(run)).result).toMatchObject({ state: 'success' });
    expect(await stage.harness.control.status('brief')).toMatchObject({ active: [], queued: [] });
  });

  test('a run that looks at those before it can be cancelled meanwhile, and begins where they may not be read', async () => {
    const { start, ledger } = stage.harness;
    unlisted = 'unavailable';
    const waits = await start('hurried');
    await eventually('it looks', async () => ((await waits.fetchHistory()).events?.length ?? 0) > 3);
    await waits.cancel();
    expect((await endOf(waits)).type).toBe('CancelledFailure');
    expect(await ledger.read({ dagId: 'hurried', runId: waits.workflowId })).toMatchObject({
      state: 'failed',
      start: null,
    });
    unlisted = 'unauthorized';
    expect((await endOf(await start('hurried'))).result).toMatchObject({ state: 'success' });
  });

  test('a run that waits asks again where its controller was terminated, and is told then that it is its turn', async () => {
    const { control, start, taskQueue, client } = stage.harness;
    const begun = await Promise.all([start('gated'), start('gated'), start('gated')]);
    await eventually('three are active', async () => (await control.status('gated'))?.active.length === 3);
    const waits = await start('gated');
    await eventually('one waits', async () => (await control.status('gated'))?.queued.length === 1);
    await waits.signal('open', 'x');
    await client.workflow.getHandle(controllerId('gated', taskQueue)).terminate();
    await begun[0]?.terminate();
    expect((await endOf(waits)).result).toMatchObject({ state: 'success' });
    expect((await control.status('gated'))?.active).toHaveLength(2);
  });

  test('a run that waits for a pool asks again where that was terminated, and it knows what it knew', async () => {
    const { pools, start, taskQueue, client } = stage.harness;
    const waits = await start('pooled');
    const waiting = async () => (await pools.status('later'))?.waiting.length;
    await eventually('it waits', async () => (await waiting()) === 1);
    await client.workflow.getHandle(poolId('later', taskQueue)).terminate();
    expect(await pools.status('later')).toBeUndefined();
    await stage.sleep('6 minutes');
    await eventually('it waits again', async () => (await waiting()) === 1);
    await pools.resize('later', { slots: 1, description: '' });
    expect((await endOf(waits)).result).toMatchObject({ state: 'success' });
  });
});
