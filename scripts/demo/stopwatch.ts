import { performance } from 'node:perf_hooks';

/** Measures the parts of a command, so that people see where the time goes. */
export interface Stopwatch {
  /** Runs one part and keeps its wall time, also when it fails. A name used twice adds up. */
  part<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Seconds by part in the order of their start, rounded to hundredths, and `total` since the watch was made. */
  timings(): Readonly<Record<string, number>>;
}

/** Starts a watch. Parts may overlap, so they need not add up to the total. */
export function createStopwatch(now: () => number = () => performance.now()): Stopwatch {
  const begun = now();
  const spent = new Map<string, number>();
  const seconds = (milliseconds: number): number => Math.round(milliseconds / 10) / 100;
  return {
    async part(name, work) {
      const start = now();
      if (!spent.has(name)) spent.set(name, 0);
      try {
        return await work();
      } finally {
        spent.set(name, (spent.get(name) ?? 0) + now() - start);
      }
    },
    timings: () => ({
      ...Object.fromEntries([...spent].map(([name, milliseconds]) => [name, seconds(milliseconds)])),
      total: seconds(now() - begun),
    }),
  };
}
