/** What a stretch of this process cost. */
export interface ProcessCost {
  /** Seconds on the clock. */
  readonly seconds: number;
  /** Seconds of CPU, user and system, of this process with all its threads. */
  readonly cpuSeconds: number;
  /** Highest resident memory seen, MB, looked at every 50 ms. */
  readonly peakRssMb: number;
}

/** Runs `work` and tells what it cost this process; children are not counted. */
export async function processCost<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly cost: ProcessCost }> {
  let peak = process.memoryUsage.rss();
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 50);
  const cpu = process.cpuUsage();
  const start = performance.now();
  try {
    const result = await work();
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    return { result, cost: { seconds, cpuSeconds: (user + system) / 1e6, peakRssMb: Math.round(peak / 2 ** 20) } };
  } finally {
    clearInterval(watch);
  }
}
