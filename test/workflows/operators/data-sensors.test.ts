import { createKafka } from '../../../activities/kafka/kafka.ts';
import type { KafkaPort } from '../../../activities/kafka/port.ts';
import { createS3ObjectStore, type S3ObjectStore } from '../../../activities/s3/s3-object-store.ts';
import { asActivity } from '../../../activities/shared/activity-context.ts';
import { createFindObjects } from '../../../activities/steps/find-objects.ts';
import { createFindOffsets } from '../../../activities/steps/find-offsets.ts';
import { eventually } from '../../support/own-state.ts';
import { testSettings, uniqueName } from '../../support/stack.ts';
import { endOf, onRealServer, taskOf, type Stage } from '../harness.ts';

describe('sensors of data, on real servers', () => {
  const { s3, kafka: kafkaSettings } = testSettings();
  const topic = uniqueName('sensed');
  let store: S3ObjectStore;
  let kafka: KafkaPort;
  let stage: Stage;

  beforeAll(async () => {
    store = createS3ObjectStore({ ...s3, bucket: uniqueName('sensed') });
    kafka = createKafka(kafkaSettings);
    stage = await onRealServer('test/workflows/fixtures/data-sensor-dags', {
      findObjects: asActivity(createFindObjects({ store })),
      findOffsets: asActivity(createFindOffsets({ kafka, user: 'nobody' })),
    });
    await store.ensureBucket();
  });

  afterAll(async () => {
    await stage.end();
    await kafka.close();
    store.close();
  });

  test('wait for an object that is large enough, and for a topic and its records, and say what they found', async () => {
    const handle = await stage.harness.start('dataSensors', { topic });
    await eventually('both wait', async () => {
      const states = await Promise.all(['file', 'posts'].map(async (label) => (await taskOf(handle, label)).state));
      return states.every((state) => state === 'up_for_reschedule');
    });
    await store.replace('in/small.csv', Buffer.alloc(1));
    await store.replace('in/whole.csv', Buffer.alloc(9));
    await kafka.ensureTopics([{ topic, partitions: 1, replicationFactor: 1, retentionMs: -1 }]);
    const producer = await kafka.producer();
    await producer.send(
      topic,
      ['1', '2', '3'].map((text) => ({ key: null, value: Buffer.from(text) })),
    );
    await producer.close();

    const { result } = await endOf(handle);
    expect(result?.tasks).toEqual({
      file: 'success',
      posts: 'success',
      more: 'skipped',
      all: 'success',
      otherBucket: 'failed',
      nothing: 'failed',
    });
    expect(await handle.query('result', { taskId: 'all' })).toMatchObject({
      file: { state: 'success', value: [{ key: 'in/whole.csv', size: 9 }] },
      posts: { state: 'success', value: [{ partition: 0, offset: 3 }] },
    });
    expect((await taskOf(handle, 'otherBucket')).error?.message).toContain('leave s3:// and its name out');
    expect(await taskOf(handle, 'nothing')).toMatchObject({ tryNumber: 1, error: { type: 'TaskFailed' } });
  });
});
