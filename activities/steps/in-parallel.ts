/** Does work on items, at most `limit` at a time. The first failure stops what has not begun and is thrown once the rest has ended. */
export async function inParallel<T>(
  limit: number,
  items: readonly T[],
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const left = items.entries();
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    // All lanes take from one iterator.
    for (const [index, item] of left) {
      if (failures.length > 0) return;
      try {
        await work(item, index);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
  if (failures.length > 0) throw failures[0];
}
