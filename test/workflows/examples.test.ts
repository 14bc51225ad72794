import type { IoActivities } from '../../activities/steps/contract.ts';
import type { DatabricksActivities } from '../../activities/steps/databricks-contract.ts';
import type { ExampleActivities } from '../../examples/activities.ts';
import type { OrdersActivities } from '../../examples/migration/orders-etl.ts';
import type { PartnerActivities } from '../../examples/migration/partner-files.ts';
import * as examples from '../../examples/index.ts';
import type { RunStatus } from '../../workflows/engine/queries.ts';
import { answerUpdate } from '../../workflows/engine/run-desk.ts';
import { eventually } from '../support/own-state.ts';
import { endOf, onRealServer, taskOf, type Stage } from './harness.ts';

type Activities = ExampleActivities &
  OrdersActivities &
  PartnerActivities &
  Pick<IoActivities, 'findDagRuns' | 'findObjects' | 'findOffsets' | 'notifySlack' | keyof DatabricksActivities>;

/** Everything is there, and nothing fails. */
const activities: Activities = {
  listFiles: async () => ['a.csv', 'b.csv'],
  load: async ({ file }) => file.length,
  publish: async () => undefined,
  findExport: async ({ day }) => ({ file: `${day}.csv` }),
  startCluster: async ({ name }) => ({ clusterId: name }),
  stopCluster: async () => undefined,
  findObjects: async () => [{ key: 'incoming/a.csv', size: 9, lastModified: '2026-03-01T00:00:00Z' }],
  findOffsets: async ({ records }) => [{ partition: 0, offset: records }],
  findDagRuns: async () => ({ verdict: 'found', runs: [] }),
  notifySlack: async () => undefined,
  placeNotebooks: async () => ({ bucket: 'b', user: 'u' }),
  startDatabricksRun: async () => ({ runId: 1, pageUrl: null }),
  findDatabricksEnd: async ({ runId }) => ({
    runId,
    pageUrl: null,
    verdict: 'success',
    text: 'TERMINATED, SUCCESS',
    tasks: [{ taskKey: 'rows', verdict: 'success', text: 'TERMINATED, SUCCESS', output: '{"rows":7}' }],
    repairs: 0,
  }),
  cancelDatabricksRun: async () => ({ text: 'TERMINATED, CANCELED' }),
  repairDatabricksRun: async () => true,
  loadMonth: async () => 300,
  loadDay: async () => 10,
  writeReport: async () => undefined,
  readFile: async ({ file }) => ({ partner: file, key: file }),
  loadRows: async ({ key }) => key.length,
  writeSummary: async () => undefined,
};

describe('every example, on one worker of a real server', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await onRealServer('examples/index', activities, { queues: [null, 'gpu'] });
    await stage.harness.pools.resize('warehouse', { slots: 3, description: 'of a test' });
  });

  afterAll(() => stage.end());

  /** Those that somebody has to tell something, and those that take hours. */
  const told = ['askedFirst', 'awaitedSignal', 'everyMonth'];
  const slow = ['allOrNothing', 'byNoon', 'laterInTheDay'];
  const alone = Object.keys(examples).filter((id) => !told.includes(id) && !slow.includes(id));

  test('runs as a workflow under its id', async () => {
    const ended = await Promise.all(
      alone.map(async (id) => [id, (await endOf(await stage.harness.start(id))).result?.state] as const),
    );
    expect(Object.fromEntries(ended)).toEqual(Object.fromEntries(alone.map((id) => [id, 'success'])));
  });

  test('is given a date: patterns of zod are shared by all runs, and frozen', async () => {
    const { result } = await endOf(await stage.harness.start('partnerFiles', { day: '2026-03-02' }));
    expect(result?.state).toBe('success');
    const wrong = await endOf(await stage.harness.start('partnerFiles', { day: 'yesterday' }));
    expect(wrong).toMatchObject({ type: 'InvalidParams', message: expect.stringContaining('day: Invalid ISO date') });
  });

  test.each(slow)('%s waits, and can be cancelled', async (id) => {
    const handle = await stage.harness.start(id);
    await eventually('it waits', async () =>
      (await handle.query<RunStatus>('states')).tasks.some(({ state }) => state === 'deferred'),
    );
    await handle.cancel();
    expect((await endOf(handle)).type).toBe('CancelledFailure');
  });

  test('is signalled, and answered', async () => {
    const signalled = await stage.harness.start('awaitedSignal');
    await signalled.signal('ready', { rows: 3 });
    expect((await endOf(signalled)).result?.state).toBe('success');
    expect(await signalled.query('result', { taskId: 'tell' })).toBe('3 rows are ready');

    const asked = await stage.harness.start('askedFirst');
    const answer = async (taskId: string, option: string) => {
      await eventually(`${taskId} asks`, async () => (await taskOf(asked, taskId)).state === 'awaiting_input');
      await asked.executeUpdate(answerUpdate, { args: [{ taskId, options: [option] }] });
    };
    await answer('release', 'Approve');
    await answer('where', 'inside');
    expect((await endOf(asked)).result?.tasks).toMatchObject({ inside: 'success', everywhere: 'skipped' });
  });

  test('begins when its DAG is unpaused', async () => {
    const handle = await stage.harness.start('everyMonth');
    await eventually('it is queued', async () => (await handle.query<RunStatus>('states')).state === 'queued');
    await stage.harness.control.setPaused('everyMonth', false, 'ready');
    expect((await endOf(handle)).result?.state).toBe('success');
  });
});
