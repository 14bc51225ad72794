import type { FindOffsetsInput, IoActivities, PartitionEnd } from '../../activities/steps/contract.ts';
import { activitiesOn } from '../engine/activities-on.ts';
import { failTask } from '../engine/failures.ts';
import { sensor, type SensorTiming } from './sensor.ts';

const io = activitiesOn<IoActivities>('io');

/** How far a topic has to be. At least one of `offsets` and `records` says it; with both, both have to hold. */
export interface KafkaOffsetSensorOptions extends SensorTiming {
  /** The topic's name; or the table whose topic it is, since that is named after the settings' user. */
  readonly topic: FindOffsetsInput['topic'];
  /** Partitions that count; all of them without it. */
  readonly partitions?: readonly number[];
  /** Offsets that partitions have to reach: each ends there, or beyond. What such a sensor gave will do. */
  readonly offsets?: readonly PartitionEnd[];
  /** Records that have to have come in all, in the partitions that count. */
  readonly records?: number;
  /** Where counting `records` begins; by default, for each partition, at the first record that Kafka still has. What such a sensor gave will do. */
  readonly since?: readonly PartitionEnd[];
}

/**
 * Waits until a topic has come so far, and gives where its partitions end (the offset after the last record). A topic, or a
 * partition, that is not there yet is waited for, too.
 *
 * @example task('posts', { run: () => kafkaOffsetSensor({ topic: { table: 'pin' }, records: 1_000 }) });
 */
export async function kafkaOffsetSensor({
  topic,
  partitions,
  offsets = [],
  records = 0,
  since = [],
  ...timing
}: KafkaOffsetSensorOptions): Promise<readonly PartitionEnd[]> {
  if (topic === '') failTask('kafkaOffsetSensor: the topic is empty; give its name');
  if (partitions?.length === 0)
    failTask('kafkaOffsetSensor: there are no partitions in the list; leave it out for all');
  if (!(records >= 0)) failTask(`kafkaOffsetSensor: records is ${records}; it is a number from 0`);
  if (offsets.length === 0 && records === 0) {
    failTask('kafkaOffsetSensor: waits for nothing; give offsets to reach, or the number of records that have to come');
  }
  const input = { topic, partitions: partitions ?? null, offsets, records, since };
  return sensor({ ...timing, poke: () => io.findOffsets(input) });
}
