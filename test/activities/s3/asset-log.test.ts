import { createAssetLog } from '../../../activities/s3/asset-log.ts';
import { createS3ObjectStore } from '../../../activities/s3/s3-object-store.ts';
import type { AssetEvent } from '../../../dag/assets.ts';
import { testSettings, uniqueName } from '../../support/stack.ts';

describe('the log of assets', () => {
  const store = createS3ObjectStore({ ...testSettings().s3, bucket: uniqueName('asset-log') });
  const log = createAssetLog(store);
  const event = (n: number, more: Partial<AssetEvent> = {}): AssetEvent => ({
    id: `execution.task.-1.${n}.lake/pins`,
    asset: 'lake/pins',
    dagId: 'makes',
    runId: 'run one',
    taskId: 'task',
    mapIndex: -1,
    timestamp: 1_700_000_000_000 + n,
    ...more,
  });
  const all = async (): Promise<readonly AssetEvent[]> => {
    const found: AssetEvent[] = [];
    for await (const one of log.list('lake/pins')) found.push(one);
    return found;
  };

  beforeAll(() => store.ensureBucket());
  afterAll(() => store.close());

  test('has events, the newest first, one that is told again later once, with its first time', async () => {
    await log.write(event(1));
    await log.write(event(2, { partitionKey: '2026-01-01' }));
    // As by a run whose worker was killed before it knew that the first one was kept.
    expect(await log.write(event(1, { timestamp: 1_800_000_000_000 }))).toEqual(event(1));
    await log.write(event(3, { asset: 'lake/other' }));
    expect(await all()).toEqual([event(2, { partitionKey: '2026-01-01' }), event(1)]);
  });
});
