import { isDeepStrictEqual } from 'node:util';
import type { AssetControl } from '../../activities/temporal/port.ts';
import { assetScheduleText } from '../../dag/partitioned-assets.ts';
import type { DagDefinition } from '../../dag/definition.ts';
import { subscriptionsOf } from './known-assets.ts';

/** What `tw schedules apply` would do about the assets that start a DAG. */
export interface SubscriptionChange {
  readonly dagId: string;
  readonly action: 'create' | 'update' | 'delete' | 'keep';
  /** What starts it, or would, as people write it; of a DAG that is gone, what does. */
  readonly assets: string;
}

/** Compares what DAGs say starts them with what the hub was told. Rejects when there is a hub, and no worker answers for it. */
export async function subscriptionChanges(
  control: Pick<AssetControl, 'status'>,
  definitions: readonly DagDefinition[],
): Promise<readonly SubscriptionChange[]> {
  const told = new Map((await control.status())?.queues.map((queue) => [queue.dagId, queue]));
  const wanted = subscriptionsOf(definitions).map(({ dagId, condition, partitions }) => {
    const before = told.get(dagId);
    told.delete(dagId);
    const same = isDeepStrictEqual(plain([before?.condition, before?.partitions]), plain([condition, partitions]));
    const action = before === undefined ? 'create' : same ? 'keep' : 'update';
    return { dagId, action, assets: assetScheduleText(condition, partitions) } as const;
  });
  const gone = [...told.values()].map(
    ({ dagId, condition, partitions }) =>
      ({ dagId, action: 'delete', assets: assetScheduleText(condition, partitions) }) as const,
  );
  return [...wanted, ...gone];
}

/** The same as a line for people. */
export function subscriptionLine({ dagId, action, assets }: SubscriptionChange): string {
  const words = {
    create: `would start for ${assets}`,
    update: `would start for ${assets}, and no longer for what it does now`,
    delete: `would no longer start for ${assets}`,
    keep: `starts for ${assets}`,
  };
  return `${dagId}: ${words[action]}`;
}

/** As the hub has it, which was told in JSON. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
