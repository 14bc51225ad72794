import { createHash } from 'node:crypto';
import { stageQuarantineKey } from '../../pipeline/landing/keys.ts';
import type { ObjectStore } from '../shared/object-store.ts';
import { createChainReader } from './chain-reader.ts';
import { createChainWriter } from './chain-writer.ts';
import { createObjectReader } from './object-reader.ts';
import type { LandingZone, QuarantinedRecord } from './port.ts';
import { quarantineLines } from './quarantine-lines.ts';

/** How a zone stores what it lands. */
export interface LandingZoneOptions {
  /** Compress the objects of topics that nothing was landed of yet; a topic keeps what its first object began with. */
  readonly gzip: boolean;
}

/** The landing zone on an object store; see docs/landing.md for the layout and the rules of its chains. */
export function createLandingZone(store: ObjectStore, options: LandingZoneOptions): LandingZone {
  return {
    ...createChainReader(store),
    ...createChainWriter(store, options),
    ...createObjectReader(store),

    async quarantine(records, place) {
      for (const group of groupByPartition(records)) {
        const [first] = group;
        if (first === undefined) continue;
        const body = quarantineLines(group, place);
        const sha256 = createHash('sha256').update(body).digest('hex');
        await store.create(stageQuarantineKey(first, place, first.offset, sha256), body, {
          metadata: { sha256, records: `${group.length}` },
          contentType: 'application/x-ndjson',
          sha256,
        });
      }
    },
  };
}

/** Records by topic partition, each group by offset: the same records give the same objects, in whatever order they come. */
function groupByPartition(records: readonly QuarantinedRecord[]): QuarantinedRecord[][] {
  const groups = new Map<string, QuarantinedRecord[]>();
  for (const record of records) {
    const place = `${record.topic}+${record.partition}`;
    const group = groups.get(place);
    if (group === undefined) groups.set(place, [record]);
    else group.push(record);
  }
  return [...groups.values()].map((group) => group.toSorted((a, b) => a.offset - b.offset));
}
