/** Name of the memo of a run that is about a partition: its value is the partition's key. */
export const partitionMemo = 'tradewindPartition';

/** Characters of a key at most, as it stands in the names of objects: percent-encoded. */
const longestKey = 250;

/** What is wrong with the key of a partition, in a sentence; `undefined` when nothing is. */
export function partitionKeyProblem(key: unknown): string | undefined {
  if (typeof key !== 'string' || !/^[\p{L}\p{N}\p{P}\p{S} ]+$/u.test(key) || key.trim() !== key) {
    const said = typeof key === 'string' ? `'${key}'` : `a ${typeof key}`;
    return `the partition key is ${said}; write letters, digits and signs, on one line and with no space at its ends`;
  }
  const { length } = encodeURIComponent(key);
  return length <= longestKey
    ? undefined
    : `the partition key takes ${length} characters in the names of objects, and at most ${longestKey} fit: letters and digits of English take one each, all else three or more`;
}

/** The key that a run's memo gives it; `undefined` for a run without one, and for what is no key. */
export function readPartitionKey(memo: unknown): string | undefined {
  return typeof memo === 'string' && partitionKeyProblem(memo) === undefined ? memo : undefined;
}
