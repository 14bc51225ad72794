import { chainPrefix, landedKey, paddedOffsets, parseLandedKey, topicPrefix } from '../../pipeline/landing/keys.ts';
import { walkChain } from '../../pipeline/landing/tiling.ts';
import type { ObjectStore } from '../shared/object-store.ts';
import { corrupt, landedObjectAt, readLandedObject } from './landed-object.ts';
import type { LandedChain, LandedObject, LandingZone } from './port.ts';

/** Heads that are asked for at once while a chain is read. */
const headsAhead = 8;

/** A listed object of a chain. */
interface Listed {
  readonly key: string;
  readonly start: number;
}

/** The part of a {@link LandingZone} that reads chains. */
export function createChainReader(store: ObjectStore): Pick<LandingZone, 'end' | 'objects' | 'chains'> {
  /** Where a chain was seen to end: only a hint of where to begin listing. */
  const lastKeys = new Map<string, string>();

  /** Objects that a listing shows with a start in [from, to), by start. It may be stale, so it is never the proof. */
  async function listed(
    place: { readonly topic: string; readonly partition: number },
    from: number,
    to: number,
    signal: AbortSignal | undefined,
  ): Promise<Listed[]> {
    const isOrdered = to <= paddedOffsets;
    const key = (start: number): string => landedKey({ ...place, start, encoding: 'identity' });
    // `.json` sorts before `.json.gz`, and both after the key without its ending.
    const after = key(from).slice(0, -'.json'.length);
    const found: Listed[] = [];
    const options = { ...(isOrdered && from > 0 ? { startAfter: after } : {}), ...(signal ? { signal } : {}) };
    for await (const object of store.list(chainPrefix(place), options)) {
      if (isOrdered && object.key >= key(to)) break;
      const start = startOf(object.key, place);
      if (start !== undefined && start >= from && start < to) found.push({ key: object.key, start });
    }
    return found.toSorted((a, b) => a.start - b.start);
  }

  return {
    async end(topic, partition, signal) {
      const place = { topic, partition };
      const prefix = chainPrefix(place);
      const hint = lastKeys.get(prefix);
      let last = await lastListed(store, place, hint, signal);
      if (last === undefined && hint !== undefined) last = await lastListed(store, place, undefined, signal);
      let object =
        last === undefined
          ? await landedObjectAt(store, { ...place, start: 0 }, signal)
          : await landedObjectAt(store, { ...place, start: last.start }, signal);
      if (object === undefined) {
        if (last !== undefined) throw corrupt(`${last.key} is listed, but is not there`);
        return undefined;
      }
      // A listing may be stale: what the last object names as the next one decides.
      for (;;) {
        const next = await landedObjectAt(store, { ...place, start: object.next }, signal);
        if (next === undefined) break;
        object = next;
      }
      // The hint must not hide the object itself, so that there is always one to find behind it.
      lastKeys.set(prefix, object.key.slice(0, -1));
      return object.next;
    },

    async *objects(topic, partition, from, to, signal) {
      if (from >= to) return;
      const place = { topic, partition };
      const name = `the chain of ${topic} partition ${partition}`;
      const first = (await landedObjectAt(store, { ...place, start: from }, signal)) !== undefined;
      let candidates = await listed(place, first ? from : 0, to, signal);
      if (!first) {
        const holder = candidates.findLast(({ start }) => start <= from);
        candidates = candidates.filter(({ start }) => start >= (holder?.start ?? from));
      }
      // The first may begin before the range: objects do not heed the ranges of runs.
      const walk = walkChain(Math.min(candidates[0]?.start ?? from, from));
      const link = (object: LandedObject): LandedObject[] => {
        const problem = walk.take(object);
        if (problem !== undefined) throw corrupt(`${name} is broken: ${problem}`);
        return object.next > from ? [object] : [];
      };
      /** Objects that the listing did not show though the chain names them. */
      async function* unlisted(until: number): AsyncGenerator<LandedObject> {
        for (;;) {
          if (walk.end >= until) return;
          const object = await landedObjectAt(store, { ...place, start: walk.end }, signal);
          if (object === undefined) return;
          yield* link(object);
        }
      }
      for (let at = 0; at < candidates.length; at += headsAhead) {
        const batch = candidates.slice(at, at + headsAhead);
        const objects = await Promise.all(batch.map(({ key }) => listedObject(store, key, signal)));
        for (const object of objects) {
          yield* unlisted(Math.min(object.start, to));
          yield* link(object);
        }
      }
      yield* unlisted(to);
      if (walk.end < to) throw corrupt(`${name} is broken: offsets ${walk.end} to ${to - 1} are in no object`);
    },

    async chains(topic, signal) {
      const chains = new Map<number, { objects: number; strangers: string[] }>();
      for await (const { key } of store.list(topicPrefix(topic), signal ? { signal } : {})) {
        const folder = /^topics\/[^/]+\/partition=(\d{1,10})\//.exec(key);
        const partition = folder === null ? -1 : Number(folder[1]);
        const chain = chains.get(partition) ?? { objects: 0, strangers: [] };
        chains.set(partition, chain);
        if (parseLandedKey(key) === undefined) chain.strangers.push(key);
        else chain.objects += 1;
      }
      return [...chains]
        .map(([partition, chain]): LandedChain => ({ topic, partition, ...chain }))
        .toSorted((a, b) => a.partition - b.partition);
    },
  };
}

async function lastListed(
  store: ObjectStore,
  place: { readonly topic: string; readonly partition: number },
  startAfter: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Listed | undefined> {
  let last: Listed | undefined;
  const options = { ...(startAfter === undefined ? {} : { startAfter }), ...(signal ? { signal } : {}) };
  for await (const { key } of store.list(chainPrefix(place), options)) {
    const start = startOf(key, place);
    if (start !== undefined && (last === undefined || start > last.start)) last = { key, start };
  }
  return last;
}

function startOf(key: string, place: { readonly topic: string; readonly partition: number }): number | undefined {
  const parsed = parseLandedKey(key);
  return parsed?.topic === place.topic && parsed.partition === place.partition ? parsed.start : undefined;
}

async function listedObject(store: ObjectStore, key: string, signal: AbortSignal | undefined): Promise<LandedObject> {
  const head = await store.head(key, signal);
  if (head === undefined) throw corrupt(`${key} is listed, but is not there`);
  return readLandedObject(store, head, signal);
}
