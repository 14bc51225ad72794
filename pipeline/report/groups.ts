/** Things by group, groups and members in the order in which they come. (`Map.groupBy` is younger than Node 20.) */
export function groupsOf<T, K>(things: readonly T[], group: (thing: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const thing of things) {
    const key = group(thing);
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [thing]);
    else members.push(thing);
  }
  return groups;
}
