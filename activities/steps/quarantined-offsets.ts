import { stageQuarantineKey } from '../../pipeline/landing/keys.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import type { ObjectStore } from '../shared/object-store.ts';

/** Which stage's bad records of which topic partition, of one run or of all. */
export interface QuarantinePlace {
  readonly topic: string;
  readonly partition: number;
  readonly stage: string;
  readonly runId?: string;
}

/** Offsets of the records that a stage kept as bad, read from the bucket. */
export async function quarantinedOffsets(
  store: ObjectStore,
  place: QuarantinePlace,
  signal: AbortSignal,
): Promise<ReadonlySet<number>> {
  const offsets = new Set<number>();
  for await (const { key } of store.list(prefixOf(place), { signal })) {
    const object = await store.get(key, signal);
    for (const line of object?.body.toString('utf8').split('\n') ?? [])
      if (line !== '') offsets.add(offsetOf(line, key));
  }
  return offsets;
}

function prefixOf({ topic, partition, stage, runId }: QuarantinePlace): string {
  const file = stageQuarantineKey({ topic, partition }, { stage, runId: runId ?? 'any' }, 0, '');
  const folder = file.slice(0, file.lastIndexOf('/') + 1);
  return runId === undefined ? folder.slice(0, folder.lastIndexOf('/', folder.length - 2) + 1) : folder;
}

function offsetOf(line: string, key: string): number {
  const record: { readonly offset?: unknown } = JSON.parse(line);
  if (typeof record.offset === 'number') return record.offset;
  throw new AdapterError(`${key} has a line without an offset`, { system: 'landing', code: 'corrupt' });
}
