/** A seeded stream of choices: the same seed gives the same choices, on every machine and for ever. */
export interface Dice {
  /** Uniform in [0, 1). */
  next(): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** Whole number, uniform in [0, below). */
  below(below: number): number;
  /** One of the list, uniformly. Throws RangeError for an empty list. */
  pick<T>(from: readonly T[]): T;
}

/**
 * Dice for one purpose: `numbers` name it, for example a seed, a kind of row and the row's number, so that every row can
 * be made by itself. The generator is sfc32, of 128 bits of state, mixed up by murmur3's finalizer.
 */
export function dice(...numbers: readonly number[]): Dice {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = 0xb7e15162;
  let counter = 1;
  for (const number of numbers) {
    a = mix(a ^ number);
    b = mix(b + a);
    c = mix(c ^ b);
  }
  function next(): number {
    const t = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    return (t >>> 0) / 0x1_0000_0000;
  }
  for (let i = 0; i < 8; i++) next();
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick(from) {
      const one = from[below(from.length)];
      if (one === undefined) throw new RangeError('there is nothing to pick from');
      return one;
    },
  };
}

function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
