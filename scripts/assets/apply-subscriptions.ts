import type { AssetControl } from '../../activities/temporal/port.ts';
import { assetScheduleText } from '../../dag/partitioned-assets.ts';
import type { DagDefinition } from '../../dag/definition.ts';
import { subscriptionsOf } from './known-assets.ts';

/** Lets the DAGs that wait for assets be started by them; says of each by which, a sentence each. Idempotent. */
export async function applySubscriptions(
  control: AssetControl,
  definitions: readonly DagDefinition[],
): Promise<readonly string[]> {
  const subscriptions = subscriptionsOf(definitions);
  await control.subscribe(subscriptions);
  return subscriptions.map(
    ({ dagId, condition, partitions }) => `${dagId}: starts for ${assetScheduleText(condition, partitions)}`,
  );
}
