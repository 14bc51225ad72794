import { createHash } from 'node:crypto';
import { assert, integer, nat, property, tuple } from 'fast-check';
import { drawId, drawPosts, type Draw } from '../../../pipeline/draw/draw.ts';
import { pythonRandom } from '../../../pipeline/draw/mersenne-twister.ts';

/**
 * Recorded from Python 3: random.seed(seed), then 5,000 times randrange(0, 2) and randint(0, 11000); the first offsets
 * and pauses, and the sha256 of all as "pause:offset,pause:offset,…".
 */
const recorded: readonly { seed: number; first: readonly number[]; pauses: string; sha256: string }[] = [
  {
    seed: 100,
    first: [7528, 2863, 5730, 8304, 8731, 1313],
    pauses: '011100100000111100010001',
    sha256: 'ca06418597d29cd160d57c788cf1f8cbba48a2a6ec912e71fc686647b258f175',
  },
  {
    seed: 0,
    first: [6890, 4242, 6634, 7808, 9558, 8268],
    pauses: '101110001001010110101000',
    sha256: 'f31e7a0fd82c773b9b6c6e14055ccc8cf3b3e4232ab9d40a4e6af7d65c7d4fa9',
  },
  {
    seed: 1,
    first: [9325, 4179, 8117, 7737, 3439, 7993],
    pauses: '000110010100000001001001',
    sha256: 'b74e676ca61e441d3e8f2f0c31f86fb8155e41a70ce56eaba896c4505d5c3c49',
  },
  {
    seed: -7,
    first: [2471, 10664, 1186, 5991, 8313, 614],
    pauses: '110000010100100101000000',
    sha256: 'c582668151fd4ee68c68b59aa9c772aedf91b9c874348e38fc2a1bae0158f881',
  },
  {
    seed: 42,
    first: [409, 4012, 2286, 8935, 9674, 520],
    pauses: '010001000011101010011100',
    sha256: '6b6cfc6fc254b225549e325b6359fb3451c85c524049848b012f64cc7def2c0a',
  },
  {
    seed: 2147483648,
    first: [6181, 10414, 1886, 5436, 2459, 1397],
    pauses: '100011111110111111110001',
    sha256: 'ab0ac87919aa5ea3f93db02c5abf29ec91b1b86338ae5b02cea8e11ac74372d5',
  },
  {
    seed: 4294967295,
    first: [3528, 9880, 6244, 5817, 6724, 3554],
    pauses: '011110010011010111101010',
    sha256: 'cab1c4976098ad23cfab4671aa7e510b4a02e272bdacadf687e6f8a63815dddb',
  },
  {
    seed: 4294967296,
    first: [5755, 273, 10022, 8939, 229, 1241],
    pauses: '010110111101100000001100',
    sha256: '9356154f8b3e7abb1ea0cb07a395a1e500c3156a59ec316e60bb25f1fbdcb464',
  },
  {
    seed: 4294967297,
    first: [8208, 1501, 9915, 3658, 4009, 6990],
    pauses: '011001010110101101111000',
    sha256: '24c35120f295d5dc28a28fbb61ff068f064feb1c09d8d1737a60ff5ecd923ee7',
  },
  {
    seed: 123456789012,
    first: [10676, 4316, 6847, 2409, 3720, 6441],
    pauses: '100011011100110110001010',
    sha256: '9680050ff0dadd7d09f45f40c7874652d3197b71687067bfe71212f5fe525440',
  },
  {
    seed: 9007199254740991,
    first: [9185, 3135, 1905, 352, 7342, 4402],
    pauses: '000010110000111001110110',
    sha256: 'd537c8a68e34558de4185bc337a5504d59a060c81ad689cb850e75e60c85e5ac',
  },
];

const course = (seed: number): Draw => ({ mode: 'course', seed, last: 11_153 });
const offsets = (draw: Draw, from: number, to: number): readonly number[] =>
  [...drawPosts(draw, from, to)].map(({ offset }) => offset);

describe("the course's draw", () => {
  test('is the one that every user of the course has seen', () => {
    expect(offsets(course(100), 0, 12)).toEqual([
      7528, 2863, 5730, 8304, 8731, 1313, 4315, 10_794, 5494, 5069, 2923, 3089,
    ]);
  });

  test.each(recorded)("is Python's for seed $seed", ({ seed, first, pauses, sha256 }) => {
    const drawn = [...drawPosts(course(seed), 0, 5000)];
    expect(drawn.slice(0, first.length).map(({ offset }) => offset)).toEqual(first);
    expect(
      drawn
        .slice(0, pauses.length)
        .map(({ pause }) => pause)
        .join(''),
    ).toBe(pauses);
    const text = drawn.map(({ offset, pause }) => `${pause}:${offset}`).join(',');
    expect(createHash('sha256').update(text).digest('hex')).toBe(sha256);
  });

  test('refuses a seed that is no whole number', () => {
    expect(() => pythonRandom(1.5)).toThrow(RangeError);
    expect(() => pythonRandom(2 ** 53)).toThrow(RangeError);
  });
});

describe('a draw', () => {
  test('can be entered anywhere: a part is the same part of the whole', () => {
    const modes = ['course', 'uniform', 'sequential', 'whole'] as const;
    assert(
      property(tuple(nat(3), nat(1000), nat(400), nat(400), nat(2000)), ([mode, seed, a, b, last]) => {
        const draw: Draw = { mode: modes[mode] ?? 'course', seed, last };
        const all = [...drawPosts(draw, 0, a + b)];
        expect([...drawPosts(draw, 0, a), ...drawPosts(draw, a, a + b)]).toEqual(all);
      }),
    );
  });

  test('stays inside the table', () => {
    assert(
      property(integer({ min: 0, max: 50 }), nat(), (last, seed) => {
        for (const mode of ['uniform', 'sequential', 'whole'] as const) {
          expect(offsets({ mode, seed, last }, 0, 200).every((offset) => offset >= 0 && offset <= last)).toBe(true);
        }
      }),
    );
  });

  test('goes on from the start after the last post, in order', () => {
    expect(offsets({ mode: 'sequential', seed: 100, last: 3 }, 2, 10)).toEqual([2, 3, 0, 1, 2, 3, 0, 1]);
  });

  test('takes the whole table once', () => {
    expect(offsets({ mode: 'whole', seed: 100, last: 3 }, 0, 1000)).toEqual([0, 1, 2, 3]);
    expect(offsets({ mode: 'whole', seed: 100, last: 3 }, 2, 1000)).toEqual([2, 3]);
  });

  test('over the whole table reaches its end, which the course never does', () => {
    const posts = 20_000;
    const uniform = offsets({ mode: 'uniform', seed: 100, last: 11_153 }, 0, posts);
    expect(Math.max(...uniform)).toBeGreaterThan(11_000);
    expect(Math.max(...offsets(course(100), 0, posts))).toBe(11_000);
  });

  test('has a name for each sequence of posts', () => {
    expect(drawId({ mode: 'course', seed: 100 })).toBe('course-100');
    expect(drawId({ mode: 'uniform', seed: 7 })).toBe('uniform-7');
    expect(drawId({ mode: 'sequential', seed: 1 })).toBe(drawId({ mode: 'sequential', seed: 2 }));
  });
});
