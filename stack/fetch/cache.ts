import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../lock.ts';
import type { Recipe } from '../part.ts';
import type { ReportStep } from '../progress.ts';

/** The file by which a folder in the cache is known as ours. */
export const downloadMark = '.tradewind';

/** Folder of a recipe in the cache, whether it is there or not. */
function cachedAt(cacheDir: string, cacheKey: string): string {
  return join(cacheDir, cacheKey);
}

/** Whether a recipe's result is in the cache. A folder there is complete: it was moved to its place when it was. */
export function isCached(cacheDir: string, cacheKey: string): boolean {
  return existsSync(cachedAt(cacheDir, cacheKey));
}

/**
 * The folder of a recipe's result, made when it is not in the cache. Two processes may ask at once: one makes it, the
 * other waits and finds it. A process that was killed leaves a draft that the next one removes.
 */
export async function obtain(recipe: Recipe, cacheDir: string, report: ReportStep): Promise<string> {
  const place = cachedAt(cacheDir, recipe.cacheKey);
  if (existsSync(place)) return place;
  mkdirSync(cacheDir, { recursive: true });
  await withLock(
    `${place}.lock`,
    async () => {
      if (existsSync(place)) return;
      for (const name of readdirSync(cacheDir)) {
        if (name.startsWith(`${recipe.cacheKey}.draft`)) rmSync(join(cacheDir, name), { recursive: true, force: true });
      }
      const draft = `${place}.draft-${process.pid}`;
      mkdirSync(draft);
      writeFileSync(join(draft, downloadMark), '');
      try {
        await recipe.fetch(draft, report);
        renameSync(draft, place);
      } finally {
        rmSync(draft, { recursive: true, force: true });
      }
    },
    { waitMs: 3_600_000, onWait: (holder) => report(`process ${holder} is fetching it; waiting`) },
  );
  return place;
}
