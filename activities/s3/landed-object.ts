import { z } from 'zod';
import { landedKey, parseLandedKey } from '../../pipeline/landing/keys.ts';
import {
  factsProblem,
  parseFacts,
  parseGaps,
  type Gaps,
  type ObjectFacts,
} from '../../pipeline/landing/object-facts.ts';
import { unionOfSpans } from '../../pipeline/landing/offset-spans.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import { readJson } from '../shared/json-document.ts';
import type { ObjectHead, ObjectStore } from '../shared/object-store.ts';
import type { LandedObject } from './port.ts';

/** Where the chain's next object can be: one start offset, under either ending. */
export interface ChainPosition {
  readonly topic: string;
  readonly partition: number;
  readonly start: number;
}

/** The error for stored data that contradicts itself. */
export function corrupt(message: string): AdapterError {
  return new AdapterError(message, { system: 's3', code: 'corrupt' });
}

/** The landed object that starts at a position; `undefined` when there is none. Asks for both endings at once. */
export async function landedObjectAt(
  store: ObjectStore,
  position: ChainPosition,
  signal?: AbortSignal,
): Promise<LandedObject | undefined> {
  const [plain, gzip] = await Promise.all([
    store.head(landedKey({ ...position, encoding: 'identity' }), signal),
    store.head(landedKey({ ...position, encoding: 'gzip' }), signal),
  ]);
  if (plain !== undefined && gzip !== undefined) {
    throw corrupt(`${plain.key} and ${gzip.key} both stand for the same offsets: one of them was put there by hand`);
  }
  const head = plain ?? gzip;
  return head === undefined ? undefined : readLandedObject(store, head, signal);
}

/** A landed object from its key and metadata, all of it checked against itself. Throws `corrupt`, in words. */
export async function readLandedObject(
  store: ObjectStore,
  head: ObjectHead,
  signal?: AbortSignal,
): Promise<LandedObject> {
  const place = parseLandedKey(head.key);
  if (place === undefined) throw corrupt(`${head.key} is not the name of a landed object`);
  const facts = parseFacts(head.metadata);
  if (typeof facts === 'string') throw corrupt(`${head.key} cannot be trusted: ${facts}`);
  const gaps = await gapsOf(store, head.key, facts, signal);
  const problem = factsProblem(place.start, facts, gaps);
  if (problem !== undefined) throw corrupt(`${head.key} contradicts itself: ${problem}`);
  return {
    key: head.key,
    ...place,
    next: facts.next,
    records: facts.records,
    quarantined: facts.quarantined,
    missing: unionOfSpans(gaps.absent, gaps.quarantined),
    quarantinedOffsets: gaps.quarantined,
    quarantineKey: facts.quarantineKey,
    lost: facts.lost,
    sha256: facts.sha256,
    bytes: facts.bytes,
    size: head.size,
  };
}

async function gapsOf(
  store: ObjectStore,
  key: string,
  facts: ObjectFacts,
  signal: AbortSignal | undefined,
): Promise<Gaps> {
  if (!('key' in facts.gaps)) return facts.gaps;
  const spilled = await store.get(facts.gaps.key, signal);
  if (spilled === undefined) throw corrupt(`${facts.gaps.key}, which ${key} names, is not there`);
  const text = readJson(gapsDocument, spilled.body);
  const gaps = text && parseGaps(text);
  if (gaps === undefined) throw corrupt(`${facts.gaps.key}, which ${key} names, cannot be read`);
  return gaps;
}

const gapsDocument = z.object({ quarantined: z.string(), absent: z.string() });
