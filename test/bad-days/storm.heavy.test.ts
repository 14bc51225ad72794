import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection, WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import { createAssetLog } from '../../activities/s3/asset-log.ts';
import { createRunLedger } from '../../activities/s3/run-ledger.ts';
import { createS3ObjectStore } from '../../activities/s3/s3-object-store.ts';
import { createAssetControl } from '../../activities/temporal/asset-control.ts';
import { createDagControl } from '../../activities/temporal/dag-control.ts';
import { createPoolControl } from '../../activities/temporal/pool-control.ts';
import { inheritedEnvironment } from '../../config/environment.ts';
import { asset } from '../../dag/assets.ts';
import type { RunRecord } from '../../dag/run-record.ts';
import { createBackfill } from '../../scripts/backfills/create-backfill.ts';
import { openBackfills } from '../../scripts/backfills/backfills.ts';
import { ensureNamespace } from '../../scripts/namespace.ts';
import { createRunReader } from '../../scripts/runs/run-reader.ts';
import { answerUpdate } from '../../workflows/engine/run-desk.ts';
import { patientQueries } from '../support/patient-queries.ts';
import { nextMessage } from '../../bench/support/next-message.ts';
import { eventually, ownStateDir } from '../support/own-state.ts';
import { testSettings, testVariables, uniqueName } from '../support/stack.ts';
import { stormDaily } from './storm-dags.ts';

const own = uniqueName('storm');
const variables = { TEMPORAL_NAMESPACE: own, TW_TASK_QUEUE: own, TW_S3_BUCKET: own };
const runs = 24;
const days = 10;

/** From when to when something was at work, epoch milliseconds. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** The most of them that were at work at once. */
function mostAtOnce(spans: readonly Span[]): number {
  // Of one moment the ends first.
  const edges = spans.flatMap(({ from, to }) => [
    { at: from, step: 1 },
    { at: to, step: -1 },
  ]);
  edges.sort((one, other) => one.at - other.at || one.step - other.step);
  let now = 0;
  return Math.max(...edges.map(({ step }) => (now += step)));
}

/** An answer of a workflow whose worker may have been killed just now: Temporal goes on asking that one for some ten seconds. */
async function askedAgain<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let left = 4; ; left--) {
    try {
      return await ask();
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

describe('two workers, one or the other of which is killed (SIGKILL) every few seconds', () => {
  const folder = ownStateDir();
  const workers: ChildProcess[] = [];
  const diedAt = new Map<number, number>();

  async function startWorker(): Promise<void> {
    const child = fork(join(__dirname, 'storm-worker.ts'), [folder], {
      env: { ...inheritedEnvironment(), ...testVariables(variables) },
      execArgv: ['--import', 'tsx'],
    });
    await nextMessage(child, 'a worker of the storm');
    workers.push(child);
  }

  async function killOne(): Promise<void> {
    const [victim] = workers.splice(Math.floor(Math.random() * workers.length), 1);
    if (victim?.pid === undefined) throw new Error('there is no worker to kill');
    const exit = once(victim, 'exit');
    victim.kill('SIGKILL');
    await exit;
    diedAt.set(victim.pid, Date.now());
  }

  afterAll(async () => {
    for (const child of workers) {
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    }
  });

  /** What the activities wrote down; what never ended, ended with its process. */
  function spansOf(kind: string): readonly Span[] {
    const begun = new Map<string, number>();
    const spans: Span[] = [];
    for (const line of readFileSync(join(folder, 'log.txt'), 'utf8').trim().split('\n')) {
      const [what, pid, at, name = ''] = line.split('|');
      if (!name.startsWith(kind)) continue;
      const key = `${pid} ${name}`;
      if (what === 'begin') begun.set(key, Number(at));
      else {
        spans.push({ from: begun.get(key) ?? Number(at), to: Number(at) });
        begun.delete(key);
      }
    }
    for (const [key, from] of begun) spans.push({ from, to: diedAt.get(Number(key.split(' ')[0])) ?? Date.now() });
    return spans;
  }

  test('runs, pools, triggers, assets and a backfill come out as if nothing had been', async () => {
    const settings = testSettings(variables);
    const connection = await Connection.connect({ address: settings.temporal.address });
    await ensureNamespace(connection, { namespace: own, retentionDays: 1 });
    const client = new Client({ connection, namespace: own, interceptors: { workflow: [patientQueries] } });
    const store = createS3ObjectStore(settings.s3);
    await store.ensureBucket();
    const ledger = createRunLedger(store);
    const queues = {
      client,
      installation: own,
      taskQueue: `${own}-control`,
      runQueue: `${own}-orchestration`,
    };
    await createAssetControl(queues).subscribe([{ dagId: 'stormTaken', condition: asset('storm/made') }]);
    await Promise.all([startWorker(), startWorker()]);
    const pools = createPoolControl(queues);
    await pools.resize('narrow', { slots: 2, description: 'of the storm' });

    const handles = await Promise.all(
      Array.from({ length: runs }, (_, n) =>
        client.workflow.start('storm', {
          workflowId: `storm-${n}`,
          taskQueue: `${own}-orchestration`,
        }),
      ),
    );
    const reader = createRunReader({ client, ledger, dagIds: ['stormDaily'], warn: () => undefined });
    const { order } = await createBackfill(
      { client, ledger, reader, store, settings },
      stormDaily.definition,
      {
        fromDate: new Date('2026-01-01T00:00:00Z'),
        toDate: new Date(`2026-01-${days}T00:00:00Z`),
        maxActiveRuns: 2,
        reprocessBehavior: 'failed',
        runBackwards: false,
        conf: {},
      },
      false,
    );
    const backfills = openBackfills(client, own);

    async function recordsOf(dagId: string): Promise<readonly RunRecord[]> {
      const found: RunRecord[] = [];
      for await (const { runId } of ledger.list(dagId)) {
        const record = await ledger.read({ dagId, runId });
        if (record !== undefined) found.push(record);
      }
      return found;
    }
    const takenEvents = async (): Promise<readonly string[]> =>
      (await recordsOf('stormTaken')).flatMap(({ triggeringAssetEvents = [] }) =>
        triggeringAssetEvents.map(({ runId }) => runId),
      );

    /** Answers a run's question as somebody would who tries again for as long as it is not asked, or nobody takes the answer. */
    async function answer(handle: WorkflowHandle): Promise<void> {
      for (let said = ''; !/answered before/.test(said); await delay(500)) {
        try {
          await handle.executeUpdate(answerUpdate, { args: [{ taskId: 'asked', options: ['Approve'] }] });
          return;
        } catch (error) {
          said = error instanceof WorkflowUpdateFailedError ? (error.cause?.message ?? '') : '';
        }
      }
    }

    let isOver = false;
    const allOver = (async () => {
      await Promise.all(handles.map(answer));
      await Promise.all(handles.map((handle) => handle.result()));
      await eventually(
        'the backfill is over',
        async () => ((await backfills.find(order.backfillId))?.end ?? null) !== null,
        600_000,
      );
      await eventually('all that was made is taken', async () => (await takenEvents()).length >= runs, 600_000);
    })().finally(() => {
      isOver = true;
    });
    let kills = 0;
    for (; kills < 40; kills++) {
      await Promise.race([allOver, delay(2_000 + Math.random() * 4_000)]);
      if (isOver) break;
      await killOne();
      await startWorker();
    }
    await allOver;
    expect(kills).toBeGreaterThan(7);

    const records = new Map<string, readonly RunRecord[]>();
    for (const dagId of ['storm', 'stormChild', 'stormTaken', 'stormDaily']) records.set(dagId, await recordsOf(dagId));
    const of = (dagId: string): readonly RunRecord[] => records.get(dagId) ?? [];
    const told = [...records.values()].flat();
    // One attempt a run and one try a task, since no death of a worker is a task's fault.
    expect(told.filter(({ state, attempt }) => state !== 'success' || attempt !== 1)).toEqual([]);
    const tries = told.flatMap(({ tasks }) => tasks.map((one) => `${one.taskId} ${one.state} ${one.tries.length}`));
    expect([...new Set(tries)].toSorted()).toEqual([
      'asked success 1',
      'child success 1',
      'day success 1',
      'list success 1',
      'made success 1',
      'narrow success 1',
      'never skipped 0',
      'one success 1',
      'pick success 1',
      'poked success 1',
      'take success 1',
      'two success 1',
      'wide success 1',
    ]);
    expect(of('storm').map(({ tasks }) => tasks.length)).toEqual(Array.from({ length: runs }, () => 7 + 8 + 600));
    expect(of('storm')).toHaveLength(runs);
    expect(of('stormDaily')).toHaveLength(days);

    const ids = handles.map(({ workflowId }) => workflowId).toSorted();
    expect(
      of('stormChild')
        .map(({ input }) => (input as { readonly parent: string }).parent)
        .toSorted(),
    ).toEqual(ids);
    expect((await takenEvents()).toSorted()).toEqual(ids);
    const kept: string[] = [];
    for await (const { runId } of createAssetLog(store).list('storm/made')) kept.push(runId);
    expect(kept.toSorted()).toEqual(ids);

    const spans = (dagId: string): readonly Span[] =>
      of(dagId).map(({ start, end }) => ({ from: Date.parse(start ?? end), to: Date.parse(end) }));
    expect(mostAtOnce(spans('storm'))).toBeLessThanOrEqual(3);
    expect(mostAtOnce(spans('stormChild'))).toBeLessThanOrEqual(2);
    expect(mostAtOnce(spans('stormDaily'))).toBeLessThanOrEqual(2);
    expect(mostAtOnce(spansOf('narrow'))).toBeLessThanOrEqual(2);
    expect(mostAtOnce(spansOf('day'))).toBe(1);

    const control = createDagControl(queues);
    for (const dagId of records.keys()) {
      expect(await askedAgain(() => control.status(dagId))).toMatchObject({ active: [], queued: [] });
    }
    expect(await askedAgain(() => pools.status('narrow'))).toMatchObject({ held: [], waiting: [] });
    store.close();
    await connection.close();
  }, 1_200_000);
});
