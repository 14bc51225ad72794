import type { AssetEvent } from '../../dag/assets.ts';
import { keyPart, textOfPart } from '../../pipeline/run-keys.ts';
import type { AssetLog } from '../shared/asset-log.ts';
import type { ObjectStore } from '../shared/object-store.ts';
import { countedDown, countedUp } from './time-key.ts';

/**
 * Events of assets in object storage, each an empty object whose name is all that there is to tell, so that one listing tells a thousand:
 * `assets/<asset>/<time counted down>/<dag>/<run id>/<task>/<map index>/<event id>`, and `/<partition key>` where it has one.
 */
export function createAssetLog(store: ObjectStore): AssetLog {
  return {
    write: async (event) => {
      await store.create(keyOf(event), Buffer.alloc(0));
    },
    list: async function* (asset) {
      const prefix = prefixOf(asset);
      for await (const { key } of store.list(prefix)) {
        const event = eventOf(asset, key.slice(prefix.length));
        if (event !== undefined) yield event;
      }
    },
  };
}

function prefixOf(asset: string): string {
  return `assets/${keyPart(asset)}/`;
}

function keyOf({ id, asset, dagId, runId, taskId, mapIndex, timestamp, partitionKey }: AssetEvent): string {
  const partition = partitionKey === undefined ? [] : [partitionKey];
  const parts = [dagId, runId, taskId, String(mapIndex), id, ...partition].map(keyPart);
  return `${prefixOf(asset)}${countedDown(timestamp)}/${parts.join('/')}`;
}

/** The other way round of {@link keyOf}; `undefined` for what it never gives. */
function eventOf(asset: string, name: string): AssetEvent | undefined {
  const [time, ...parts] = name.split('/');
  const [dagId, runId, taskId, mapIndex, id, partitionKey] = parts.map(textOfPart);
  if (time === undefined || dagId === undefined || runId === undefined || taskId === undefined) return undefined;
  if (mapIndex === undefined || id === undefined || !/^\d{15}$/.test(time)) return undefined;
  const event = { id, asset, dagId, runId, taskId, mapIndex: Number(mapIndex), timestamp: countedUp(time) };
  return { ...event, ...(partitionKey !== undefined && { partitionKey }) };
}
