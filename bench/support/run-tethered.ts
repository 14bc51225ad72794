import type { NativeConnection, Worker } from '@temporalio/worker';
import { runWorkers } from '../../workers/worker.ts';

/** Runs the workers of a process that was forked, until whoever forked it lets go of it or dies; then ends the process. Tells it `ready`. */
export async function runTethered(workers: readonly Worker[], connection: NativeConnection): Promise<never> {
  const stop = new AbortController();
  process.once('disconnect', () => stop.abort());
  const running = runWorkers(workers, stop.signal);
  process.send?.('ready');
  await running;
  await connection.close();
  process.exit(0);
}
