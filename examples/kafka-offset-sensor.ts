import { dag } from '../workflows/engine/dag.ts';
import { kafkaOffsetSensor } from '../workflows/operators/kafka-offset-sensor.ts';

/**
 * Waits until a topic has come so far: first a thousand records in all, then five hundred more. Airflow: AwaitMessageSensor of the Kafka provider,
 * which looks at messages and moves a consumer group; this looks at offsets and moves nothing.
 */
export const awaitedRecords = dag('awaitedRecords', { schedule: null }, ({ task }) => {
  const seen = task('seen', { run: () => kafkaOffsetSensor({ topic: { table: 'pin' }, records: 1_000 }) });
  task('more', {
    needs: { seen },
    run: ({ seen: since }) => kafkaOffsetSensor({ topic: { table: 'pin' }, records: 500, since, timeout: '1 day' }),
  });
});
