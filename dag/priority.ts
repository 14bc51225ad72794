/** How much a task weighs in a line: what is below it counts too, what is above it, or nothing but itself. Airflow's names. */
export const weightRules = ['downstream', 'upstream', 'absolute'] as const;

/** A weight rule's name. */
export type WeightRule = (typeof weightRules)[number];

/** What counts of a task where weights are added up; a weight of 1, by the rule `downstream`, where nothing is said. */
interface WeighedTask {
  readonly id: string;
  readonly upstream: readonly string[];
  readonly priorityWeight?: number;
  readonly weightRule?: WeightRule;
}

/**
 * What each task weighs in a line, by its weight rule: its own weight, and that of every task near and far below it, or above it,
 * each once. The tasks are in a topological order. Costs the edges times the tasks, divided by the bits of a word.
 */
export function effectiveWeights(tasks: readonly WeighedTask[]): ReadonlyMap<string, number> {
  const own = tasks.map(({ priorityWeight = 1 }) => priorityWeight);
  const places = new Map(tasks.map(({ id }, at) => [id, at]));
  const up = tasks.map(({ upstream }) => upstream.map((id) => places.get(id) ?? 0));
  const down = tasks.map((): number[] => []);
  for (const [at, parents] of up.entries()) for (const parent of parents) down[parent]?.push(at);
  const order = tasks.map((_, at) => at);
  const has = (rule: WeightRule): boolean => tasks.some(({ weightRule = 'downstream' }) => weightRule === rule);
  const sums = {
    downstream: has('downstream') ? sumsOf(order.toReversed(), down, own) : own,
    upstream: has('upstream') ? sumsOf(order, up, own) : own,
    absolute: own,
  };
  return new Map(tasks.map(({ id, weightRule = 'downstream' }, at) => [id, sums[weightRule][at] ?? 0]));
}

/** The weights of all that can be reached, itself included; what a task leads to comes before it in the order. */
function sumsOf(
  order: readonly number[],
  next: readonly (readonly number[])[],
  weights: readonly number[],
): readonly number[] {
  const words = Math.ceil(weights.length / 32);
  const reach = new Map<number, Uint32Array>();
  const sums = [...weights];
  for (const at of order) {
    const set = new Uint32Array(words);
    set[at >>> 5] = 1 << (at & 31);
    for (const one of next[at] ?? []) {
      const further = reach.get(one);
      for (let word = 0; word < words; word++) set[word] = (set[word] ?? 0) | (further?.[word] ?? 0);
    }
    reach.set(at, set);
    sums[at] = sumOf(set, weights);
  }
  return sums;
}

function sumOf(set: Uint32Array, weights: readonly number[]): number {
  let sum = 0;
  for (let [word, bits] of set.entries()) {
    while (bits !== 0) {
      const bit = 31 - Math.clz32(bits & -bits);
      sum += weights[word * 32 + bit] ?? 0;
      bits &= bits - 1;
    }
  }
  return sum;
}
