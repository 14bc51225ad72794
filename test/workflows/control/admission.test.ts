import { randomUUID } from 'node:crypto';
import { WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import { controllerId } from '../../../activities/temporal/port.ts';
import { pauseMemo } from '../../../dag/turns.ts';
import type { RunStatus } from '../../../workflows/engine/queries.ts';
import { reconcileSchedules } from '../../../scripts/schedules/reconcile.ts';
import { busy } from '../fixtures/turn-dags.ts';
import { eventually } from '../../support/own-state.ts';
import { attributesOf, endOf, onRealServer, type Harness, type Stage } from '../harness.ts';

describe('admission, on a real server', () => {
  let stage: Stage;
  let harness: Harness;

  beforeAll(async () => {
    stage = await onRealServer('test/workflows/fixtures/turn-dags', { none: () => Promise.resolve() });
    ({ harness } = stage);
  });

  afterAll(() => stage.end());

  const active = async (): Promise<readonly string[]> => (await harness.control.status('gated'))?.active ?? [];
  const stateOf = async (run: WorkflowHandle): Promise<string> => (await run.query<RunStatus>('states')).state;
  const open = async (run: WorkflowHandle): Promise<void> => {
    await run.signal('open', 'x');
    expect((await endOf(run)).result).toMatchObject({ state: 'success' });
  };

  test('lets as many runs begin as maxActiveRuns says, and the next when one has ended', async () => {
    const begun = await Promise.all([harness.start('gated'), harness.start('gated'), harness.start('gated')]);
    const [first, second, third] = begun;
    await eventually('three are active', async () => (await active()).length === 3);
    const fourth = await harness.start('gated');
    await eventually('one waits', async () => (await harness.control.status('gated'))?.queued.length === 1);
    const fifth = await harness.start('gated');
    const runs = [...begun, fourth, fifth];
    await eventually('two runs wait', async () => (await harness.control.status('gated'))?.queued.length === 2);
    const states = [];
    for (const run of runs) states.push(await stateOf(run));
    expect(states).toEqual(['running', 'running', 'running', 'queued', 'queued']);
    expect(await attributesOf(fourth)).toMatchObject({ dag: 'gated', runState: 'queued' });
    await open(first);
    await eventually('the fourth has its turn', async () => (await active()).includes(fourth.workflowId));
    // Cancelled while it waits: it never began, and nobody waits for it.
    await fifth.cancel();
    expect(await endOf(fifth)).toMatchObject({ type: 'CancelledFailure' });
    expect(await harness.ledger.read({ dagId: 'gated', runId: fifth.workflowId })).toMatchObject({
      state: 'failed',
      start: null,
    });
    for (const run of [second, third, fourth]) await open(run);
    await eventually('nobody is left', async () => (await active()).length === 0);
  });

  test('takes the limits from the run that was started last, so that one of an old build that asks again sets none', async () => {
    const { control } = harness;
    const limit = async (): Promise<number | undefined> => (await control.status('gated'))?.maxActiveRuns;
    const limitAfter = async (startedAt: number, maxActiveRuns: number) => {
      const about = { dagId: 'gated', runId: 'word', runType: 'manual', logicalDate: 0 } as const;
      const ticket = { ...about, executionId: randomUUID() };
      await control.requestTurn({ ...ticket, startedAt, maxActiveRuns });
      await control.runEnded({ ...ticket, state: 'success' });
      return limit();
    };
    expect(await limitAfter(Date.now(), 1)).toBe(1);
    const run = await harness.start('gated');
    await eventually('it is active', async () => (await active()).includes(run.workflowId));
    expect(await limit()).toBe(3);
    expect(await limitAfter(1, 16)).toBe(3);
    await open(run);
    await eventually('nobody is left', async () => (await active()).length === 0);
  });

  test('goes on after messages that are none', async () => {
    const { client, control, taskQueue } = harness;
    await control.setPaused('gated', false, 'before them');
    const controller = client.workflow.getHandle(controllerId('gated', taskQueue));
    const refused = [
      ...[null, {}, { asks: [null], ends: [] }, { asks: [], ends: [{}] }].map(
        (letter) => ['exchange', letter] as const,
      ),
      ...[null, true, { paused: 'true', note: '' }].map((order) => ['setPaused', order] as const),
    ];
    for (const [name, input] of refused) {
      await expect(controller.executeUpdate(name, { args: [input] })).rejects.toThrow(WorkflowUpdateFailedError);
    }
    for (const args of [[], [7], [{ from: 'now', until: null }]]) await controller.signal('setEndless', ...args);
    const run = await harness.start('gated');
    await eventually('it is active', async () => (await active()).includes(run.workflowId));
    // No run was begun but this one.
    expect(await active()).toHaveLength(1);
    expect([await control.pauseOf('gated'), await control.endlessOf('gated')]).toEqual([
      { paused: false, note: 'before them' },
      null,
    ]);
    await open(run);
    await eventually('nobody is left', async () => (await active()).length === 0);
  });

  test('notices a run that was terminated where another waits for it, and pauses with its DAG', async () => {
    const [one, ...others] = [await harness.start('gated'), await harness.start('gated'), await harness.start('gated')];
    await eventually('three are active', async () => (await active()).length === 3);
    const waits = await harness.start('gated');
    await eventually('one waits', async () => (await harness.control.status('gated'))?.queued.length === 1);
    await one?.terminate();
    await eventually(
      'the one that waited has its turn',
      async () => (await active()).includes(waits.workflowId),
      40_000,
    );
    await harness.control.setPaused('gated', true, 'a test');
    const late = await harness.start('gated');
    for (const run of [...others, waits]) await open(run);
    await eventually('the late one waits', async () => (await harness.control.status('gated'))?.queued.length === 1);
    expect(await harness.control.status('gated')).toMatchObject({ paused: true, active: [] });
    await harness.control.setPaused('gated', false, 'a test');
    await open(late);
  });

  test('refuses a run whose id is too long for the keys of its objects, and says how long it may be', async () => {
    const { client, ledger, taskQueue } = harness;
    const workflowId = 'x'.repeat(990);
    const run = await client.workflow.start('shy', { workflowId, taskQueue: `${taskQueue}-orchestration` });
    expect(await endOf(run)).toMatchObject({
      type: 'InvalidRunId',
      message: expect.stringContaining('takes 990 bytes in the keys of its objects, and at most 590 fit'),
    });
    expect([await stateOf(run), (await attributesOf(run))['runState']]).toEqual(['failed', 'failed']);
    expect(await ledger.read({ dagId: 'shy', runId: workflowId })).toBeUndefined();
    expect(await harness.control.status('shy')).toBeUndefined();
  });

  test('pauses a DAG upon its creation, and never again', async () => {
    const run = await harness.start('shy');
    await eventually('it waits', async () => (await harness.control.status('shy'))?.queued.length === 1);
    expect(await harness.control.pauseOf('shy')).toEqual({ paused: true, note: 'isPausedUponCreation' });
    await harness.control.setPaused('shy', false, 'a test');
    expect((await endOf(run)).result).toMatchObject({ state: 'success' });
    expect((await endOf(await harness.start('shy'))).result).toMatchObject({ state: 'success' });
    expect(await harness.control.pauseOf('shy')).toEqual({ paused: false, note: 'a test' });
  });

  test('leaves a DAG as it was, paused or not, when its controller was terminated', async () => {
    const { client, control, start, taskQueue } = harness;
    const controller = client.workflow.getHandle(controllerId('shy', taskQueue));
    const memo = async () => (await controller.describe()).memo?.[pauseMemo];
    await control.setPaused('shy', true, 'out of order');
    await controller.terminate();
    expect(await memo()).toEqual({ paused: true, note: 'out of order', since: expect.any(Number) as number });
    expect(await control.pauseOf('shy')).toEqual({ paused: true, note: 'out of order' });
    const run = await start('shy');
    await eventually('it waits', async () => (await control.status('shy'))?.queued.length === 1);
    expect(await control.status('shy')).toMatchObject({ paused: true, note: 'out of order' });
    const kept = await memo();
    await controller.terminate();
    await control.open('shy', { paused: false, note: '' });
    expect([(await controller.describe()).status.name, await memo()]).toEqual(['RUNNING', kept]);
    // It asks again in five minutes only.
    await run.terminate();
    await control.setPaused('shy', false, 'mended');
    await controller.terminate();
    // Nor is it paused as upon its creation, which this is not.
    expect((await endOf(await start('shy'))).result).toMatchObject({ state: 'success' });
  });

  test('lets no more runs begin than maxActiveRuns when its controller was terminated, and those that wait in their order', async () => {
    const { client, control, start, taskQueue } = harness;
    const controller = client.workflow.getHandle(controllerId('gated', taskQueue));
    const queued = async () => (await control.status('gated'))?.queued;
    const [first, second, third] = [await start('gated'), await start('gated'), await start('gated')];
    await eventually('three are active', async () => (await active()).length === 3);
    const fourth = await start('gated');
    await eventually('one waits', async () => (await queued())?.length === 1);
    await controller.terminate();
    const fifth = await start('gated');
    await eventually('two wait', async () => (await queued())?.length === 2);
    expect((await active()).toSorted()).toEqual([first, second, third].map(({ workflowId }) => workflowId).toSorted());
    expect(await queued()).toEqual([fourth.workflowId, fifth.workflowId]);
    // One that ends while there is no controller frees its place, and so does one that was terminated meanwhile.
    await controller.terminate();
    await first.terminate();
    await open(second);
    await eventually('both have their turn', async () => (await queued())?.length === 0);
    for (const run of [third, fourth, fifth]) await open(run);
    await eventually('nobody is left', async () => (await active()).length === 0);
  });

  test('finds the runs that have their turn where nobody can tell what the controller knew that was terminated', async () => {
    const { client, control, start, taskQueue } = harness;
    const workflowId = controllerId('gated', taskQueue);
    const begun = [await start('gated'), await start('gated'), await start('gated')];
    await eventually('three are active', async () => (await active()).length === 3);
    const query = `WorkflowType = 'gated' AND CloseTime IS NULL AND TradewindRunState = 'running'`;
    await eventually('visibility knows', async () => (await client.workflow.count(query)).count === 3);
    await client.workflow.getHandle(workflowId).terminate();
    // One that no worker has ever served.
    const mute = await client.workflow.start('dagController', { workflowId, taskQueue: 'nobody', args: [{}] });
    await mute.terminate();
    const fourth = await start('gated');
    const controller = client.workflow.getHandle(workflowId);
    await eventually('there is one', async () => (await controller.describe()).status.name === 'RUNNING');
    await eventually('one waits', async () => (await control.status('gated'))?.queued.length === 1);
    expect((await active()).toSorted()).toEqual(begun.map(({ workflowId: id }) => id).toSorted());
    for (const run of [...begun, fourth]) await open(run);
    await eventually('nobody is left', async () => (await active()).length === 0);
  });

  test('has nobody active for ever who was cancelled while it asked', async () => {
    const { control, start } = harness;
    const limits = { dagId: 'gated', runType: 'manual', logicalDate: 0, maxActiveRuns: 3 } as const;
    const ask = (id: string) => ({ ...limits, runId: id, executionId: id });
    const gate = await start('gated');
    await eventually('it is active', async () => (await active()).length === 1);
    // The first letter is under way, and all else is in the next one.
    const [, turn] = await Promise.all([
      control.requestTurn(ask('first')),
      control.requestTurn(ask('other')),
      control.requestTurn(ask('cancelled')),
      control.runEnded({ ...ask('cancelled'), state: 'failed' }),
    ]);
    expect([turn, await active()]).toEqual([{ go: true }, [gate.workflowId, 'first', 'other']]);
    for (const id of ['first', 'other']) await control.runEnded({ ...ask(id), state: 'success' });
    await open(gate);
  });

  test('pauses a DAG of which too many runs fail in a row, and says why', async () => {
    const end = async (input: object) => (await endOf(await harness.start('unlucky', input))).result?.state;
    expect([await end({}), await end({ good: true }), await end({}), await end({})]).toEqual([
      'failed',
      'success',
      'failed',
      'failed',
    ]);
    const note = '2 runs in a row have failed (maxConsecutiveFailedDagRuns)';
    await eventually('it is paused', async () => (await harness.control.pauseOf('unlucky'))?.paused === true);
    expect(await harness.control.status('unlucky')).toMatchObject({ paused: true, note, active: [] });
    const waits = await harness.start('unlucky', { good: true });
    await eventually('it waits', async () => (await harness.control.status('unlucky'))?.queued.length === 1);
    await harness.control.setPaused('unlucky', false, 'mended');
    expect((await endOf(waits)).result?.state).toBe('success');
  });

  test('starts the runs of a continuous DAG one after the other, until it is told otherwise', async () => {
    const { client, control, ledger, taskQueue } = harness;
    const apply = () =>
      reconcileSchedules(client, {
        definitions: [busy.definition],
        taskQueue,
        now: new Date(),
        apply: true,
        prune: false,
      });
    expect(await apply()).toMatchObject([{ dagId: 'busy', action: 'create', paused: false }]);
    const runs = async () => {
      const found = [];
      for await (const run of ledger.list('busy')) found.push(run);
      return found.toSorted((a, b) => (a.runId < b.runId ? -1 : 1));
    };
    await eventually('three have ended', async () => (await runs()).length >= 3);
    expect(await apply()).toMatchObject([{ dagId: 'busy', action: 'keep' }]);
    // The first two begin in the same moment, as in Airflow: the first one is about no time.
    const [, first, second] = await runs();
    const record = await ledger.read({ dagId: 'busy', runId: second?.runId ?? '' });
    expect(second).toMatchObject({ runType: 'scheduled', state: 'success' });
    expect(second?.runId).toMatch(/^busy-\d{4}-\d\d-\d\dT.*Z$/);
    const before = await ledger.read({ dagId: 'busy', runId: first?.runId ?? '' });
    expect(record?.dataInterval.start).toBe(before?.dataInterval.end);
    await control.setPaused('busy', true, 'a test');
    await eventually('none runs', async () => (await control.status('busy'))?.active.length === 0);
    const paused = (await runs()).length;
    await control.setPaused('busy', false, 'a test');
    await eventually('it goes on', async () => (await runs()).length > paused);
    await control.setEndless('busy', null);
    await eventually('it does no more', async () => (await control.endlessOf('busy')) === null);
  });

  test('makes up for the slots that went by while a DAG was paused, as far back as its Schedule looks', async () => {
    const { client, control, taskQueue } = harness;
    const schedule = await client.schedule.create({
      scheduleId: 'brief',
      spec: { intervals: [{ every: '1 second' }] },
      action: {
        type: 'startWorkflow',
        workflowType: 'brief',
        workflowId: 'brief',
        taskQueue: `${taskQueue}-orchestration`,
      },
      policies: { overlap: 'ALLOW_ALL', catchupWindow: '1 minute' },
      memo: { tradewindTaskQueue: taskQueue },
    });
    await control.setPaused('brief', true, 'a test');
    const pausedAt = Math.ceil(Date.now() / 1_000) * 1_000;
    await eventually('some seconds have gone by', () => Date.now() > pausedAt + 4_000);
    await control.setPaused('brief', false, 'a test');
    await schedule.pause();
    for (const second of [0, 1, 2, 3]) {
      const id = `brief-${new Date(pausedAt + second * 1_000).toISOString().replace('.000Z', 'Z')}`;
      const isThere = (): Promise<boolean> =>
        client.workflow
          .getHandle(id)
          .describe()
          .then(
            ({ status }) => status.name === 'COMPLETED',
            () => false,
          );
      await eventually(`the run ${id}`, isThere, 20_000);
    }
    expect(await control.pauseOf('brief')).toEqual({ paused: false, note: 'a test' });
    await schedule.delete();
  });

  test('keeps a record of each run, with long results beside it', async () => {
    const run = await harness.start('gated', { big: 20_000 });
    await open(run);
    const address = { dagId: 'gated', runId: run.workflowId };
    const record = await harness.ledger.read(address);
    expect(record).toMatchObject({ attempt: 1, runType: 'manual', state: 'success', input: { big: 20_000 } });
    expect(record?.tasks.map(({ label, state, tries }) => [label, state, tries.length])).toEqual([
      ['gate', 'success', 1],
      ['after', 'success', 1],
    ]);
    const [gate, after] = record?.tasks ?? [];
    expect(gate?.result).toBe('"x"');
    expect(after).not.toHaveProperty('result');
    expect(after && (await harness.ledger.result(after))).toBe(JSON.stringify('x'.repeat(20_001)));
    const listed = [];
    for await (const line of harness.ledger.list('gated')) listed.push(line.runId);
    expect(listed).toContain(run.workflowId);
    const wrong = await harness.start('gated', { big: 'much' });
    expect(await endOf(wrong)).toMatchObject({ type: 'InvalidParams' });
    expect(await harness.ledger.read({ dagId: 'gated', runId: wrong.workflowId })).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('big'),
      start: null,
    });
  });

  test('brings a hundred runs through at once, three at a time, and goes on in a new history in the midst of them', async () => {
    const { client, control, taskQueue } = harness;
    const controller = client.workflow.getHandle(controllerId('brief', taskQueue));
    await control.setPaused('brief', false, 'before it goes on');
    const first = await controller.describe();
    // Words that change nothing: hundreds of runs would make its history as long, in minutes.
    const isNearlyLong = async (): Promise<boolean> => (await controller.describe()).historyLength > 1_700;
    while (!(await isNearlyLong())) {
      await Promise.all(Array.from({ length: 50 }, () => controller.signal('setEndless', null)));
    }
    expect((await controller.describe()).runId).toBe(first.runId);
    let most = 0;
    const watch = async (until: Promise<unknown>): Promise<void> => {
      let over = false;
      const ended = until.then(() => (over = true));
      const look = async (): Promise<void> => {
        if (over) return;
        // One that is not answered in time, on cores that all else uses, is no look.
        const found = await control.status('brief').catch(() => undefined);
        most = Math.max(most, found?.active.length ?? 0);
        await look();
      };
      await Promise.all([ended, look()]);
    };
    const runs = await Promise.all(Array.from({ length: 100 }, () => harness.start('brief')));
    const ends = Promise.all(runs.map(endOf));
    await watch(ends);
    expect((await ends).filter(({ result }) => result?.state !== 'success')).toEqual([]);
    expect(most).toBeLessThanOrEqual(3);
    expect((await controller.describe()).runId).not.toBe(first.runId);
    expect(await control.pauseOf('brief')).toEqual({ paused: false, note: 'before it goes on' });
    expect(await control.status('brief')).toMatchObject({ active: [], queued: [] });
  }, 120_000);
});
