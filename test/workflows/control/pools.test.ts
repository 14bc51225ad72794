import { randomUUID } from 'node:crypto';
import { WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import { poolId } from '../../../activities/temporal/port.ts';
import type { SlotClaim } from '../../../dag/pool.ts';
import { eventually } from '../../support/own-state.ts';
import { endOf, onRealServer, taskOf, type Harness, type Stage } from '../harness.ts';

describe('pools, on a real server', () => {
  let stage: Stage;
  let harness: Harness;
  /** What holds a slot now, and how to end it. */
  const held = new Map<string, () => void>();
  let most = 0;

  const hold = (name: string): Promise<string> => {
    if (name.startsWith('crowd ')) return brief(name);
    return new Promise((resolve) => {
      held.set(name, () => {
        held.delete(name);
        resolve(name);
      });
    });
  };
  let busy = 0;
  const brief = async (name: string): Promise<string> => {
    most = Math.max(most, ++busy);
    await new Promise(setImmediate);
    busy--;
    return name;
  };

  beforeAll(async () => {
    stage = await onRealServer('test/workflows/fixtures/pool-dags', { hold });
    ({ harness } = stage);
  });

  afterAll(() => stage.end());

  const run = (dagId: string, name: string): Promise<WorkflowHandle> => harness.start(dagId, { name });
  const sized = (slots: number | null) => harness.pools.resize('small', { slots, description: 'of a test' });
  const counts = async () => {
    const { held: taken = [], waiting = [] } = (await harness.pools.status('small')) ?? {};
    return [taken.length, waiting.length];
  };
  const holding = (...names: string[]) =>
    eventually(
      `${names.join(', ')} hold slots`,
      () => names.every((name) => held.has(name)) && held.size === names.length,
    );
  const waits = (many: number) => eventually(`${many} wait`, async () => (await counts())[1] === many);
  const end = (...names: string[]): void => names.forEach((name) => held.get(name)?.());
  const well = async (...runs: readonly WorkflowHandle[]) => {
    for (const { message } of await Promise.all(runs.map(endOf))) expect(message).toBeUndefined();
  };

  // Such a run had not ended before a slot came: of a pool that there is not, never.
  test('are waited for by no run that is ended: by its dagrunTimeout, or by hand', async () => {
    const marked = await run('small', 'marked');
    await waits(1);
    const late = await run('hurried', 'late');
    await marked.executeUpdate('markRun', { args: [{ state: 'failed' }] });
    const [{ message, result }, timedOut] = await Promise.all([endOf(marked), endOf(late)]);
    expect([message, result?.tasks]).toEqual(['the run was marked as failed by hand', { work: 'skipped' }]);
    expect(timedOut.message).toBe('the run took longer than its dagrunTimeout of 2.0 s');
    expect(timedOut.result?.tasks).toEqual({ work: 'skipped' });
    expect(await counts()).toEqual([0, 0]);
  });

  test('let begin what there is room for, over runs and DAGs, the heaviest first; a pool that is not there nothing', async () => {
    const first = await run('small', 'first');
    await waits(1);
    expect(await taskOf(first, 'work')).toMatchObject({
      state: 'queued',
      wait: { what: 'for a slot of the pool small, which there is not: tw pools set small SLOTS' },
    });
    await sized(2);
    await holding('first');
    const second = await run('small', 'second');
    await holding('first', 'second');
    const third = await run('small', 'third');
    await waits(1);
    const heavy = await run('heavy', 'heavy');
    await waits(2);
    expect((await taskOf(third, 'work')).wait?.what).toBe('for a slot of the pool small');
    end('first');
    await well(first);
    // Two slots are free one after the other, and the one in the line that needs both is not passed by.
    await eventually('one slot is free', async () => (await counts())[0] === 1);
    expect([...held.keys()]).toEqual(['second']);
    end('second');
    await holding('heavy');
    await sized(3);
    await holding('heavy', 'third');
    await sized(1);
    const fourth = await run('small', 'fourth');
    await waits(1);
    end('heavy');
    await well(heavy);
    expect([...held.keys()]).toEqual(['third']);
    end('third');
    await holding('fourth');
    end('fourth');
    await well(second, third, fourth);
    await eventually('all is given back', async () => (await counts()).join() === '0,0');
  });

  test('and runs that wait for them go on after messages that are none', async () => {
    await sized(1);
    const first = await run('small', 'first');
    await holding('first');
    const second = await run('small', 'second');
    await waits(1);
    for (const args of [[], [null], [{ claim: 1 }]]) await second.signal('slots', ...args);
    const pool = harness.client.workflow.getHandle(poolId('small', harness.taskQueue));
    const claim = { id: 'x', runId: 'x', executionId: 'x' };
    const refused = [
      ...[null, {}, { asks: [] }, { asks: [{ claim }], ends: [] }, { asks: [], ends: [null] }].map(
        (letter) => ['exchange', letter] as const,
      ),
      ...[null, 3, { slots: 3 }, { slots: '3', description: '' }, { slots: -1, description: '' }].map(
        (size) => ['resize', size] as const,
      ),
    ];
    for (const [name, input] of refused) {
      const sent = pool.executeUpdate(name, { args: [input], updateId: randomUUID() });
      await expect(sent).rejects.toThrow(WorkflowUpdateFailedError);
    }
    expect(await counts()).toEqual([1, 1]);
    end('first');
    await holding('second');
    end('second');
    await well(first, second);
  });

  test('have no slot for what waits, and let it go on when there is one again', async () => {
    await sized(1);
    const dozing = await run('dozes', 'dozing');
    await holding('dozing, before');
    end('dozing, before');
    await eventually('it waits', async () => (await taskOf(dozing, 'work')).state === 'deferred');
    const other = await run('small', 'other');
    await holding('other');
    await dozing.signal('wake', null);
    await waits(1);
    expect((await taskOf(dozing, 'work')).state).toBe('queued');
    end('other');
    await holding('dozing, after');
    expect((await taskOf(dozing, 'work')).state).toBe('running');
    end('dozing, after');
    await well(dozing, other);
  });

  test('take back what a run held that was terminated, or cancelled in the line', async () => {
    await sized(1);
    const gone = await run('small', 'gone');
    await holding('gone');
    const cancelled = await run('small', 'cancelled');
    await waits(1);
    const next = await run('small', 'next');
    await waits(2);
    await cancelled.cancel();
    expect((await endOf(cancelled)).type).toBe('CancelledFailure');
    expect((await taskOf(cancelled, 'work')).state).toBe('skipped');
    await waits(1);
    await gone.terminate();
    held.delete('gone');
    await eventually('the next one has the slot', () => held.has('next'), 40_000);
    end('next');
    await well(next);
    expect(await counts()).toEqual([0, 0]);
  });

  test('know what they knew when their workflow is terminated: who holds slots holds them, and who waits has its turn', async () => {
    await sized(1);
    const first = await run('small', 'first');
    await holding('first');
    const second = await run('small', 'second');
    await waits(1);
    await harness.client.workflow.getHandle(poolId('small', harness.taskQueue)).terminate();
    const third = await run('small', 'third');
    await waits(2);
    expect([...held.keys()]).toEqual(['first']);
    end('first');
    await holding('second');
    end('second');
    await holding('third');
    end('third');
    await well(first, second, third);
    expect(await harness.pools.status('small')).toMatchObject({ slots: 1, description: 'of a test', held: [] });
  });

  test('hold maxActiveTisPerDag over the runs of a DAG, each try anew', async () => {
    const runs = await Promise.all([run('single', 'x'), run('single', 'y')]);
    const order: string[] = [];
    const all = Promise.all(runs.map(endOf));
    let over = false;
    void all.then(() => (over = true));
    await eventually('all have had their turn', () => {
      expect(held.size).toBeLessThanOrEqual(1);
      for (const name of held.keys()) {
        order.push(name);
        end(name);
      }
      return over;
    });
    await well(...runs);
    expect((await harness.pools.status('single/work'))?.sizedBy).toBeGreaterThan(Date.now() - 600_000);
    expect(order.toSorted()).toEqual(['x a 1', 'x a 2', 'x b 1', 'y a 1', 'y a 2', 'y b 1']);
  });

  test('that a task makes have the size that the run started last says, whoever of an old build asks again', async () => {
    const [first, second] = claimsOfNobody(2);
    const take = (claim: SlotClaim | undefined, size: number, startedAt: number) =>
      claim && harness.pools.take({ pool: 'old/work', claim, size, startedAt });
    expect(await take(first, 1, 2)).toEqual({ go: true });
    expect(await take(second, 16, 1)).toEqual({ go: false, why: 'full', slots: 1, ahead: 0 });
  });

  test('go on in a new history when it has grown, and are gone when they are deleted', async () => {
    await harness.pools.resize('crowd', { slots: 5, description: '' });
    const handle = harness.client.workflow.getHandle(`pool/crowd@${harness.taskQueue}`);
    // How many letters so many tasks take is the machine's: words that change nothing make its history nearly long.
    while ((await handle.describe()).historyLength < 1_500) {
      const words = { slots: 5, description: '' };
      await Promise.all(Array.from({ length: 10 }, () => harness.pools.resize('crowd', words)));
    }
    const before = (await handle.describe()).runId;
    await well(...(await Promise.all([harness.start('crowd'), harness.start('crowd'), harness.start('crowd')])));
    expect(most).toBeLessThanOrEqual(5);
    expect((await handle.describe()).runId).not.toBe(before);
    expect(await harness.pools.status('crowd')).toMatchObject({ slots: 5, held: [], waiting: [] });
    await harness.pools.resize('crowd', { slots: null, description: '' });
    await eventually('the pool is gone', async () => (await harness.pools.status('crowd')) === undefined);
    expect(await harness.pools.status('crowd')).toBeUndefined();
  }, 180_000);

  /** Claims of runs that there are not: who tells those finds that out. */
  const claimsOfNobody = (many: number): readonly SlotClaim[] =>
    Array.from({ length: many }, () => {
      const executionId = randomUUID();
      const runId = `small-2026-11-26T00:00:00Z-${executionId.slice(0, 8)}`;
      return { id: `${executionId}/1`, runId, executionId, label: 'small.work', slots: 1, weight: 1 };
    });

  test('go on in a new history with all the claims that they keep, of more than they can', async () => {
    const { client, pools, taskQueue } = harness;
    const change = (description: string) => pools.resize('long', { slots: null, description });
    const turns = await Promise.all(claimsOfNobody(10_000).map((claim) => pools.take({ pool: 'long', claim })));
    const kept = turns.filter((turn) => !turn.go && turn.why === 'no_pool').length;
    expect(kept).toBeGreaterThan(6_000);
    expect(turns.filter((turn) => !turn.go && turn.why === 'queue_full')).toHaveLength(10_000 - kept);
    const handle = client.workflow.getHandle(poolId('long', taskQueue));
    const before = (await handle.describe()).runId;
    for (let n = 0; (await handle.describe()).runId === before; n++) await change(`${n}`);
    expect((await pools.status('long'))?.waiting).toHaveLength(kept);
  }, 180_000);

  test('tell more runs than a server lets a workflow signal at once', async () => {
    const { pools } = harness;
    await Promise.all(claimsOfNobody(2_100).map((claim) => pools.take({ pool: 'many', claim })));
    await pools.resize('many', { slots: 3_000, description: '' });
    // Too busy to answer now and then.
    const holders = async () => (await pools.status('many').catch(() => undefined))?.held.length;
    await eventually('all are found out', async () => (await holders()) === 0, 60_000);
    expect((await pools.status('many'))?.waiting).toEqual([]);
  }, 180_000);
});
