const size = 624;
const shift = 397;

/** Python's `random.Random(seed)` as far as the course's emulator uses it. */
export interface PythonRandom {
  /** `random.randrange(below)`: whole number in [0, below), below at most 2^32. */
  randrange(below: number): number;
}

/**
 * The generator behind Python's `random`: MT19937, seeded by `init_by_array` with the 32-bit words of the seed's absolute
 * value, as CPython's `random_seed` does for an int (Modules/_randommodule.c). Throws RangeError for a seed that is no
 * safe integer.
 */
export function pythonRandom(seed: number): PythonRandom {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`the seed of a draw is a whole number below 2^53, not ${seed}`);
  const state = seededState(wordsOf(Math.abs(seed)));
  let place = size;

  function word(): number {
    if (place === size) {
      twist(state);
      place = 0;
    }
    let y = state[place++] ?? 0;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  return {
    randrange(below) {
      // CPython's _randbelow_with_getrandbits: as many high bits as the limit has, again until they are below it.
      const bits = 32 - Math.clz32(below);
      let value = word() >>> (32 - bits);
      while (value >= below) value = word() >>> (32 - bits);
      return value;
    },
  };
}

/** 32-bit words, lowest first; zero has one. */
function wordsOf(value: number): readonly number[] {
  const high = Math.floor(value / 0x1_0000_0000);
  return high === 0 ? [value >>> 0] : [value >>> 0, high];
}

function seededState(key: readonly number[]): Uint32Array {
  const state = new Uint32Array(size);
  state[0] = 19_650_218;
  for (let i = 1; i < size; i++) {
    const before = state[i - 1] ?? 0;
    state[i] = Math.imul(1_812_433_253, before ^ (before >>> 30)) + i;
  }
  let i = 1;
  for (let k = 0; k < size; k++) {
    const before = state[i - 1] ?? 0;
    const j = k % key.length;
    state[i] = ((state[i] ?? 0) ^ Math.imul(before ^ (before >>> 30), 1_664_525)) + (key[j] ?? 0) + j;
    i = next(i, state);
  }
  for (let k = 1; k < size; k++) {
    const before = state[i - 1] ?? 0;
    state[i] = ((state[i] ?? 0) ^ Math.imul(before ^ (before >>> 30), 1_566_083_941)) - i;
    i = next(i, state);
  }
  state[0] = 0x80000000;
  return state;
}

function next(i: number, state: Uint32Array): number {
  if (i + 1 < size) return i + 1;
  state[0] = state[size - 1] ?? 0;
  return 1;
}

function twist(state: Uint32Array): void {
  for (let i = 0; i < size; i++) {
    const y = ((state[i] ?? 0) & 0x80000000) | ((state[(i + 1) % size] ?? 0) & 0x7fffffff);
    state[i] = (state[(i + shift) % size] ?? 0) ^ (y >>> 1) ^ ((y & 1) === 0 ? 0 : 0x9908b0df);
  }
}
