import { z } from 'zod';
import type { ObjectStore } from '../../activities/shared/object-store.ts';

/** What is read of a line in quarantine: where it was, and why it is there; never the record. */
const lineSchema = z.object({
  topic: z.string(),
  partition: z.int(),
  offset: z.int(),
  reason: z.string(),
  detail: z.string(),
  stage: z.string(),
  run: z.string(),
});

/**
 * What a run put into quarantine, a line for each reason with how often it occurred; empty when nothing. A record that two
 * attempts wrote down counts once.
 */
export async function quarantineText(store: ObjectStore, runId: string): Promise<readonly string[]> {
  const records = new Map<string, string>();
  for await (const { key } of store.list('quarantine/')) {
    const object = await store.get(key);
    const lines = object?.body.toString('utf8').split('\n') ?? [];
    for (const text of lines.filter((one) => one !== '')) {
      const { topic, partition, offset, reason, detail, stage, run } = lineSchema.parse(JSON.parse(text));
      if (run === runId) records.set(`${topic} ${partition} ${offset} ${stage}`, `${topic}  ${reason}: ${detail}`);
    }
  }
  const counts = new Map<string, number>();
  for (const words of records.values()) counts.set(words, (counts.get(words) ?? 0) + 1);
  return [...counts].map(([words, count]) => `${count.toLocaleString('en').padStart(7)} × ${words}`).toSorted();
}
