import { createS3ObjectStore } from '../../../activities/s3/s3-object-store.ts';
import type { Databricks } from '../../../activities/databricks/port.ts';
import { AdapterError } from '../../../activities/shared/adapter-error.ts';
import { createDatabricksSteps } from '../../../activities/steps/databricks.ts';
import { waitAfter } from '../../../dag/poke-policy.ts';
import { testSettings } from '../../support/stack.ts';
import { looks } from '../../../workflows/operators/databricks-job.ts';

const place = { dagId: 'd', runId: 'r', taskId: 't', mapIndex: -1, tryNumber: 1, attempt: 1 };

test('a run of an hour is looked at 150 times at most, and noticed within 2 s up to 30 s, then within 5 % of its time', () => {
  let [at, count] = [0, 1];
  for (let attempt = 1; at < 3_600_000; attempt++, count++) {
    const wait = waitAfter(looks, attempt);
    expect(wait).toBeLessThanOrEqual(at <= 30_000 ? 2_000 : Math.max(at * 0.05, 2_000));
    at += wait;
  }
  expect(count).toBeLessThanOrEqual(150);
});

test('without a workspace a step says which settings lead to one', async () => {
  const steps = createDatabricksSteps({
    workspace: undefined,
    store: createS3ObjectStore(testSettings().s3),
    namespace: 'n',
    clusterId: undefined,
    place: { bucket: 'b', user: 'u' },
  });
  const { signal } = new AbortController();
  await expect(steps.findDatabricksEnd({ runId: 1 }, { place, signal })).rejects.toThrow('set DATABRICKS_HOST');
});

test('a repair is told again what the run was started with, and one that is refused is none', async () => {
  const asked: unknown[] = [];
  const ended = { runId: 7, pageUrl: null, isEnding: false, verdict: 'retry', stateText: 'FAILED', tasks: [] } as const;
  const workspace: Pick<Databricks, 'run' | 'repair'> = {
    run: async () => ({ ...ended, repairIds: [11, 12], jobParameters: { day: '1' } }),
    repair: async (body) => {
      asked.push(body);
      if (asked.length > 1) throw new AdapterError('no', { system: 'databricks', code: 'invalid' });
    },
  };
  const steps = createDatabricksSteps({
    workspace: workspace as Databricks,
    store: createS3ObjectStore(testSettings().s3),
    namespace: 'n',
    clusterId: undefined,
    place: { bucket: 'b', user: 'u' },
  });
  const { signal } = new AbortController();
  const order = { runId: 7, repairs: 2, body: { job_id: 3, notebook_params: { who: 'me' }, only: ['a'] } };
  expect(await steps.repairDatabricksRun(order, { place, signal })).toBe(true);
  const told = { run_id: 7, rerun_all_failed_tasks: true, latest_repair_id: 12, job_parameters: { day: '1' } };
  expect(asked).toEqual([{ ...told, notebook_params: { who: 'me' } }]);
  expect(await steps.repairDatabricksRun(order, { place, signal })).toBe(false);
  // By an attempt whose answer was lost.
  expect(await steps.repairDatabricksRun({ ...order, repairs: 1 }, { place, signal })).toBe(true);
  expect(asked).toHaveLength(2);
});
