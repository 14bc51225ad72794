import { createS3ObjectStore } from '../../../activities/s3/s3-object-store.ts';
import { createDatabricksSteps } from '../../../activities/steps/databricks.ts';
import { waitAfter } from '../../../dag/poke-policy.ts';
import { testSettings } from '../../support/stack.ts';
import { looks } from '../../../workflows/operators/databricks-job.ts';

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
  const place = { dagId: 'd', runId: 'r', taskId: 't', mapIndex: -1, tryNumber: 1, attempt: 1 };
  await expect(steps.findDatabricksEnd({ runId: 1 }, { place, signal })).rejects.toThrow('set DATABRICKS_HOST');
});
