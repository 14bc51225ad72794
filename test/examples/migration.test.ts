import type { IoActivities } from '../../activities/steps/contract.ts';
import type { DatabricksRunEnd } from '../../activities/steps/databricks-contract.ts';
import { ordersEtl, type OrdersActivities } from '../../examples/migration/orders-etl.ts';
import { partnerFiles, type PartnerActivities } from '../../examples/migration/partner-files.ts';
import { pinterestNotebook } from '../../examples/migration/pinterest-notebook.ts';
import { testDag } from '../../testing/test-dag.ts';
import { failTask } from '../../workflows/engine/failures.ts';

describe('a notebook, every day', () => {
  const at = new Date('2026-03-03T00:00:00Z');

  test('is submitted once a try, and awaited', async () => {
    const started: unknown[] = [];
    const { state, tries, result } = await testDag(pinterestNotebook, {
      at,
      activities: {
        io: {
          startDatabricksRun: ({ body }, { tryNumber }) => {
            started.push(body['tasks']);
            return { runId: tryNumber, pageUrl: null };
          },
          findDatabricksEnd: ({ runId }, { attempt }) =>
            attempt < 5 ? null : endOf(runId, runId === 1 ? 'retry' : 'success'),
        },
      },
    });
    expect([state, result({ taskId: 'submitRun' })]).toEqual(['success', { runId: 2, runPageUrl: null, output: '7' }]);
    const task = {
      task_key: 'submitRun',
      notebook_task: { notebook_path: '/Shared/clean-and-query', source: 'WORKSPACE' },
      existing_cluster_id: '0301-120000-abcdefgh',
    };
    expect(started).toEqual([[task], [task]]);
    expect(tries({ taskId: 'submitRun' }).map(({ state: ended }) => ended)).toEqual(['up_for_retry', 'success']);
  });

  test('of which nothing is known any more is cancelled, so that no try starts a second one beside it', async () => {
    const asked: number[] = [];
    const { state } = await testDag(pinterestNotebook, {
      at,
      activities: {
        io: {
          startDatabricksRun: () => ({ runId: 7, pageUrl: null }),
          findDatabricksEnd: () => failTask('the workspace is closed'),
          cancelDatabricksRun: ({ runId }, { attempt }) => (
            asked.push(runId),
            attempt < 3 ? null : { text: 'CANCELED' }
          ),
        },
      },
    });
    expect([state, asked]).toEqual(['failed', [7, 7, 7]]);
  });
});

function endOf(runId: number, verdict: 'success' | 'retry'): DatabricksRunEnd {
  const task = { taskKey: 'submitRun', verdict, text: verdict, output: '7' };
  return { runId, pageUrl: null, verdict, text: verdict, tasks: [task], repairs: 0 };
}

describe('extract, load, publish', () => {
  const runOn = async (at: string, loadDay: () => number = () => 10) => {
    const published: number[] = [];
    const told: string[] = [];
    const sought: string[] = [];
    const { states } = await testDag<OrdersActivities & IoActivities>(ordersEtl, {
      at: new Date(at),
      activities: {
        io: {
          findObjects: ({ bucketKey: [key = ''] }, { attempt }) => {
            sought.push(key);
            return attempt < 2 ? null : [{ key, size: 0, lastModified: at }];
          },
          loadMonth: () => 300,
          loadDay,
          publish: ({ rows }) => void published.push(rows),
          writeReport: () => undefined,
          notifySlack: ({ event }) => void told.push(event?.event ?? ''),
        },
      },
    });
    return { states, published, told, key: sought[0] };
  };

  // The run of an interval that began at five in the morning in Berlin.
  test.each([
    ['a Monday', '2026-03-03T04:00:00Z', 10, { loadDay: 'success', loadMonth: 'skipped', report: 'success' }],
    [
      'the first of a month',
      '2026-04-02T03:00:00Z',
      300,
      { loadDay: 'skipped', loadMonth: 'success', report: 'skipped' },
    ],
  ])('%s', async (_, at, rows, expected) => {
    const { states, published, told } = await runOn(at);
    expect(states).toEqual({
      waitForExport: 'success',
      pick: 'success',
      publish: 'success',
      isMonday: 'success',
      ...expected,
    });
    expect([published, told]).toEqual([[rows], []]);
  });

  test('tells when it fails, and waits for the export of its own day', async () => {
    const { states, published, told, key } = await runOn('2026-03-03T04:00:00Z', () => failTask('no such table'));
    expect(states).toMatchObject({ loadDay: 'failed', publish: 'upstream_failed', report: 'upstream_failed' });
    expect([published, told, key]).toEqual([[], ['run_failure'], 'exports/2026-03-02/_SUCCESS']);
  });
});

describe('as many files as there are', () => {
  test('each by itself; the summary counts what failed', async () => {
    const summary: unknown[] = [];
    const { state, states, tries } = await testDag<PartnerActivities>(partnerFiles, {
      params: { day: '2026-03-02', atMost: 3 },
      activities: {
        io: {
          listFiles: ({ day }) => ['a', 'b', 'c', 'd'].map((partner) => `${partner}/${day}.csv`),
          readFile: ({ file }, { tryNumber }) => {
            if (file.startsWith('b')) throw new Error('no such host');
            if (tryNumber === 1) throw new Error('busy');
            return { partner: file.slice(0, 1), key: `rows/${file}` };
          },
          loadRows: ({ key }) => key.length,
          writeSummary: (given) => void summary.push({ rows: given.rows, failed: given.failed }),
        },
      },
    });
    expect(states).toEqual({
      listFiles: 'success',
      'oneFile.fetch': ['success', 'failed', 'success'],
      'oneFile.load': ['success', 'upstream_failed', 'success'],
      summarize: 'success',
    });
    expect([state, summary]).toEqual(['success', [{ rows: 2 * 'rows/a/2026-03-02.csv'.length, failed: 1 }]]);
    expect(tries({ taskId: 'oneFile.fetch', mapIndex: 1 })).toHaveLength(5);
  });

  test('refuses a day that is none', async () => {
    await expect(testDag(partnerFiles, { params: { day: 'monday' } })).rejects.toThrow('day: Invalid ISO date');
  });
});
