import type { z } from 'zod';

/** Stored bytes as the JSON document that a schema describes; `undefined` when they are not. Never throws. */
export function readJson<T>(schema: z.ZodType<T>, bytes: Uint8Array | string): T | undefined {
  try {
    const text = typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8');
    const document: unknown = JSON.parse(text);
    const parsed = schema.safeParse(document);
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
