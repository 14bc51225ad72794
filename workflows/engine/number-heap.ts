/** Numbers, of which the lowest comes out first. */
export interface NumberHeap {
  readonly push: (value: number) => void;
  /** The lowest; `undefined` when there is none. */
  readonly pop: () => number | undefined;
  readonly size: () => number;
}

/** An empty binary heap. */
export function newHeap(): NumberHeap {
  const values: number[] = [];
  const at = (place: number): number => values[place] ?? Number.POSITIVE_INFINITY;

  function swap(one: number, other: number): void {
    [values[one], values[other]] = [at(other), at(one)];
  }

  return {
    size: () => values.length,
    push: (value) => {
      let place = values.push(value) - 1;
      for (let above = (place - 1) >> 1; place > 0 && at(above) > value; above = (place - 1) >> 1) {
        swap(place, above);
        place = above;
      }
    },
    pop: () => {
      const [lowest] = values;
      const last = values.pop();
      if (last === undefined || values.length === 0) return lowest;
      values[0] = last;
      for (let place = 0; ;) {
        const [left, right] = [2 * place + 1, 2 * place + 2];
        const lower = at(right) < at(left) ? right : left;
        if (at(lower) >= at(place)) return lowest;
        swap(place, lower);
        place = lower;
      }
    },
  };
}
