import { z } from 'zod';
import { stageQuarantineKey } from '../../pipeline/landing/keys.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import { readJson } from '../shared/json-document.ts';
import type { ObjectStore } from '../shared/object-store.ts';

/** Which stage's bad records of which topic partition, of one run or of all. */
export interface QuarantinePlace {
  readonly topic: string;
  readonly partition: number;
  readonly stage: string;
  readonly runId?: string;
}

const quarantineLine = z.object({ offset: z.int().min(0) });

/**
 * Looks offsets up among the records that a stage kept as bad, and gives those that are not there, in their order. An
 * object's name says its first offset, so those that begin behind the last one looked for are not read, and of the others the
 * nearest come first: a sound bucket costs the reading of what is looked for, however many runs have kept something.
 *
 * Throws `corrupt` for an object whose lines are not the quarantine's.
 */
export async function missingInQuarantine(
  store: ObjectStore,
  place: QuarantinePlace,
  offsets: readonly number[],
  signal: AbortSignal,
): Promise<readonly number[]> {
  const left = new Set(offsets);
  if (left.size === 0) return [];
  const last = offsets.reduce((most, offset) => Math.max(most, offset), 0);
  const found: { readonly key: string; readonly first: number }[] = [];
  for await (const { key } of store.list(prefixOf(place), { signal })) {
    const first = Number(/\+(\d{10,16})\+[0-9a-f]+\.ndjson$/.exec(key)?.[1] ?? 0);
    if (first <= last) found.push({ key, first });
  }
  for (const { key } of found.toSorted((a, b) => b.first - a.first)) {
    if (left.size === 0) break;
    const object = await store.get(key, signal);
    for (const line of object?.body.toString('utf8').split('\n') ?? []) {
      if (line !== '') left.delete(offsetOf(line, key));
    }
  }
  return offsets.filter((offset) => left.has(offset));
}

function prefixOf({ topic, partition, stage, runId }: QuarantinePlace): string {
  const file = stageQuarantineKey({ topic, partition }, { stage, runId: runId ?? 'any' }, 0, '');
  const folder = file.slice(0, file.lastIndexOf('/') + 1);
  return runId === undefined ? folder.slice(0, folder.lastIndexOf('/', folder.length - 2) + 1) : folder;
}

function offsetOf(line: string, key: string): number {
  const record = readJson(quarantineLine, line);
  if (record !== undefined) return record.offset;
  throw new AdapterError(`${key} has a line that is not a quarantined record`, { system: 'landing', code: 'corrupt' });
}
