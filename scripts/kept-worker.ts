import type { Printer } from './demo/printer.ts';
import { explainFailure } from './failure.ts';
import type { SourceChanges } from './source-changes.ts';
import type { WorkerProcess } from './worker-process.ts';

/** What a worker is kept by. */
export interface KeptWorkerOptions {
  /** Ends all when it is closed. */
  readonly changes: Pick<SourceChanges, 'next'>;
  /** Starts a worker, and rejects when it does not come to work. */
  readonly start: () => Promise<Pick<WorkerProcess, 'pid' | 'ended' | 'stop'>>;
  /** Builds, says what is wrong, and gives whether it succeeded. */
  readonly build: () => Promise<boolean>;
  /** Brings notebooks that have changed to where they run; without it nothing is said of them. */
  readonly deploy?: () => Promise<void>;
  readonly printer: Pick<Printer, 'heading' | 'line'>;
  /** Milliseconds that a worker has to have lived for another to follow it by itself; 10 s by default. */
  readonly shortestLife?: number;
}

/**
 * Keeps a worker with the sources as they are until there are no further changes to wait for, and then stops it. One that ends by
 * itself is followed by another; one that does not come up, or ends at once, by the next change: nothing else would mend it.
 */
export async function keepWorker(options: KeptWorkerOptions): Promise<void> {
  const { changes, start, build, deploy, printer, shortestLife = 10_000 } = options;
  let worker: Awaited<ReturnType<KeptWorkerOptions['start']>> | undefined;
  let born = 0;
  const begin = async (): Promise<void> => {
    try {
      worker = await start();
      born = performance.now();
      printer.line(`worker ${worker.pid} polls`);
    } catch (error) {
      printer.line(`${explainFailure(error).text}; the next change starts another`);
    }
  };
  await begin();
  try {
    let next = changes.next();
    for (;;) {
      const changed = await Promise.race([
        next,
        ...(worker === undefined ? [] : [worker.ended.then(() => 'ended' as const)]),
      ]);
      if (changed === undefined) return;
      if (changed === 'ended') {
        const again = performance.now() - born >= shortestLife;
        printer.line(
          `worker ${worker?.pid} has ended by itself; ${again ? 'starting another' : 'the next change starts another'}`,
        );
        worker = undefined;
        if (again) await begin();
        continue;
      }
      next = changes.next();
      const notebooks = deploy === undefined ? [] : changed.notebooks;
      if (changed.code.length + notebooks.length === 0) continue;
      printer.heading(`${[...changed.code, ...notebooks].join(', ')} changed`);
      if (notebooks.length > 0)
        await deploy?.().catch((error: unknown) => {
          printer.line(explainFailure(error).text);
        });
      if (changed.code.length === 0) continue;
      if (await build()) {
        await worker?.stop();
        worker = undefined;
        await begin();
      } else {
        const kept = worker === undefined ? 'there is no worker' : `worker ${worker.pid} stays as it is`;
        printer.line(`the build failed, its errors are above: ${kept} until it succeeds`);
      }
    }
  } finally {
    await worker?.stop();
  }
}
