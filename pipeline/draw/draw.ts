import type { DrawMode } from './draw-mode.ts';
import { pythonRandom } from './mersenne-twister.ts';

/** The last offset that the course's emulator ever draws (`random.randint(0, 11000)`), though the table goes on to 11,153. */
const courseLast = 11_000;

/** Which posts are taken, in which order. A draw is endless, but for `whole`; a run takes a part [from, to) of it. */
export interface Draw {
  /**
   * - `course`: offsets 0 to 11,000 with replacement, as Python draws them after `random.seed(seed)`
   * - `uniform`: the same generator, over the whole table
   * - `sequential`: 0, 1, 2, … and after the table's last post from 0 again
   * - `whole`: the whole table once, in order
   */
  readonly mode: DrawMode;
  /** Seed of the course's and the uniform draw, and of every draw's pauses. 100 in the course. */
  readonly seed: number;
  /** Last offset of the table. */
  readonly last: number;
}

/** One post of a draw. */
export interface DrawnPost {
  /** Offset in the table = the post's number (`index`, `ind`). */
  readonly offset: number;
  /** The course's pause before this post, seconds: 0 or 1. */
  readonly pause: number;
}

/**
 * Posts [from, to) of a draw. For every post the course's script first draws its pause, `randrange(0, 2)`, and then the
 * offset, `randint(0, 11000)`; leaving out one of them changes all that follows. Reaching a place takes as many steps as
 * lie before it, some 20 ns each.
 */
export function* drawPosts(draw: Draw, from: number, to: number): Generator<DrawnPost, void, undefined> {
  const { mode, seed, last } = draw;
  const random = pythonRandom(seed);
  const drawn = mode === 'course' || mode === 'uniform';
  const end = mode === 'whole' ? Math.min(to, last + 1) : to;
  for (let place = 0; place < end; place++) {
    const pause = random.randrange(2);
    const offset = drawn ? random.randrange((mode === 'course' ? courseLast : last) + 1) : place % (last + 1);
    if (place >= from) yield { offset, pause };
  }
}

/**
 * Name of a draw in object keys. Runs that take parts of the same draw go on after each other; the length of the table is
 * no part of it, so a table that grows keeps its draw.
 */
export function drawId({ mode, seed }: Pick<Draw, 'mode' | 'seed'>): string {
  return mode === 'sequential' ? mode : `${mode}-${seed}`;
}
