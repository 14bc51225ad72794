import { createKafka } from '../../../activities/kafka/kafka.ts';
import type { KafkaPort } from '../../../activities/kafka/port.ts';
import { partitionOfKey } from '../../../activities/kafka/partition-of-key.ts';
import type { FindOffsetsInput } from '../../../activities/steps/contract.ts';
import { createFindOffsets } from '../../../activities/steps/find-offsets.ts';
import { testSettings, uniqueName } from '../../support/stack.ts';

describe('looking how far a topic is', () => {
  const user = uniqueName('u');
  const topic = `${user}.pin`;
  let kafka: KafkaPort;

  beforeAll(async () => {
    kafka = createKafka(testSettings().kafka);
    await kafka.ensureTopics([{ topic, partitions: 3, replicationFactor: 1, retentionMs: -1 }]);
    const producer = await kafka.producer();
    // Four records in partition 0, two in partition 1, none in partition 2.
    for (const [partition, count] of [4, 2].entries()) {
      const key = keyIn(partition);
      await producer.send(
        topic,
        Array.from({ length: count }, () => ({ key, value: Buffer.from('{}') })),
      );
    }
    await producer.close();
  });

  afterAll(() => kafka.close());

  const keyIn = (partition: number): Buffer => {
    for (let n = 0; ; n++) {
      const key = Buffer.from(String(n));
      if (partitionOfKey(key, 3) === partition) return key;
    }
  };
  const find = (wanted: Partial<FindOffsetsInput>) =>
    createFindOffsets({ kafka, user })({ topic, partitions: null, offsets: [], records: 0, since: [], ...wanted });
  const all = [
    { partition: 0, offset: 4 },
    { partition: 1, offset: 2 },
    { partition: 2, offset: 0 },
  ];

  test('counts records, in all partitions or in some, from the beginning or from where somebody was', async () => {
    expect(await find({ records: 6 })).toEqual(all);
    expect(await find({ records: 7 })).toBeNull();
    expect(await find({ records: 4, partitions: [0] })).toEqual(all.slice(0, 1));
    expect(await find({ records: 3, partitions: [1, 2] })).toBeNull();
    const since = [{ partition: 0, offset: 3 }];
    expect(await find({ records: 3, since })).toEqual(all);
    expect(await find({ records: 4, since })).toBeNull();
    // Nothing is taken off for a topic that is not as far as it was.
    expect(await find({ records: 2, since: [{ partition: 0, offset: 100 }] })).toEqual(all);
  });

  test('compares offsets, partition by partition', async () => {
    expect(await find({ offsets: all })).toEqual(all);
    expect(await find({ offsets: [{ partition: 1, offset: 3 }] })).toBeNull();
    expect(await find({ offsets: [{ partition: 0, offset: 4 }], records: 7 })).toBeNull();
  });

  test('knows the topic of a table, and waits for a topic or a partition that is not there', async () => {
    expect(await find({ topic: { table: 'pin' }, records: 1 })).toEqual(all);
    expect(await find({ topic: { table: 'geo' }, records: 1 })).toBeNull();
    expect(await find({ partitions: [0, 9], records: 1 })).toBeNull();
    expect(await find({ offsets: [{ partition: 9, offset: 0 }] })).toBeNull();
  });
});
