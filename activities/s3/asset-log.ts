import type { AssetEvent } from '../../dag/assets.ts';
import { keyPart, textOfPart } from '../../pipeline/run-keys.ts';
import type { AssetLog } from '../shared/asset-log.ts';
import type { ObjectStore } from '../shared/object-store.ts';
import { countedDown, countedUp } from './time-key.ts';

/**
 * Events of assets in object storage, each an empty object whose name is all that there is to tell, so that one listing tells a thousand:
 * `assets/<asset>/<time counted down>/<dag>/<run id>/<task>/<map index>/<event id>`, and `/<partition key>` where it has one.
 *
 * A run whose worker dies before it knows that an event was kept tells of it again, at a later time. `assets/<asset>/ids/<event id>` has the
 * time of the first one, which counts.
 */
export function createAssetLog(store: ObjectStore): AssetLog {
  return {
    write: async (event) => {
      const kept = { ...event, timestamp: await firstTime(store, event) };
      await store.create(keyOf(kept), Buffer.alloc(0));
      return kept;
    },
    list: async function* (asset) {
      const prefix = prefixOf(asset);
      for await (const { key } of store.list(prefix)) {
        // Times come before the names of the folder's other things.
        if (key.slice(prefix.length) > ':') return;
        const event = eventOf(asset, key.slice(prefix.length));
        if (event !== undefined) yield event;
      }
    },
  };
}

async function firstTime(store: ObjectStore, { id, asset, timestamp }: AssetEvent): Promise<number> {
  const key = `${prefixOf(asset)}ids/${keyPart(id)}`;
  if ((await store.create(key, Buffer.from(String(timestamp)))) === 'created') return timestamp;
  const first = Number((await store.get(key))?.body.toString('utf8'));
  return Number.isSafeInteger(first) ? first : timestamp;
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
