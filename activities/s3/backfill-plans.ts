import { z } from 'zod';
import { slotsPerPage, type BackfillSlot } from '../../dag/backfill-run.ts';
import { backfillPrefix } from '../../pipeline/run-keys.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import type { BackfillAddress, BackfillPlans } from '../shared/backfill-plans.ts';
import { readJson } from '../shared/json-document.ts';
import type { ObjectStore } from '../shared/object-store.ts';

const pageSchema = z
  .array(
    z.object({ runId: z.string(), start: z.int(), end: z.int(), attempt: z.int().min(0).exactOptional() }).readonly(),
  )
  .min(1);

/** Plans of backfills in object storage, a create-once object a page: `backfills/<dag>/<backfill id>/<page>.json`. */
export function createBackfillPlans(store: ObjectStore): BackfillPlans {
  return {
    write: async (backfill, slots) => {
      for (let page = 0; page * slotsPerPage < slots.length; page++) {
        const part: readonly BackfillSlot[] = slots.slice(page * slotsPerPage, (page + 1) * slotsPerPage);
        const body = Buffer.from(`${JSON.stringify(part)}\n`);
        await store.create(keyOf(backfill, page), body, { contentType: 'application/json' });
      }
    },
    page: async (backfill, page) => {
      const key = keyOf(backfill, page);
      const stored = await store.get(key);
      const slots = stored && readJson(pageSchema, stored.body);
      if (slots !== undefined) return slots;
      const [code, words] =
        stored === undefined
          ? (['not_found', 'is gone; it must not be removed while the backfill is open'] as const)
          : (['corrupt', 'is not a page that this version knows'] as const);
      throw new AdapterError(`${key}, a part of a backfill's plan, ${words}`, { system: 's3', code });
    },
  };
}

function keyOf(backfill: BackfillAddress, page: number): string {
  return `${backfillPrefix(backfill)}${page}.json`;
}
