import type { TopicSpec } from '../activities/kafka/port.ts';
import type { Settings } from '../config/settings.ts';
import { tableNames, topicName } from '../pipeline/tables.ts';

/** The three topics of the user of the settings, as they are to be made. */
export function topicSpecs({ user, kafka }: Settings): readonly TopicSpec[] {
  const { partitions, replicationFactor, retentionMs } = kafka;
  return tableNames.map((table) => ({ topic: topicName(user, table), partitions, replicationFactor, retentionMs }));
}
