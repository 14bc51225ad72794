import { setImmediate as turn } from 'node:timers/promises';
import { CommandError } from '../../scripts/failure.ts';
import { keepWorker } from '../../scripts/kept-worker.ts';
import type { ChangedSources } from '../../scripts/source-changes.ts';

/** Workers, changes and builds by hand. */
function stage({ shortestLife = 0 } = {}) {
  const said: string[] = [];
  const workers: { pid: number; stopped: boolean; dies: () => void }[] = [];
  let change: ((changed: ChangedSources | undefined) => void) | undefined;
  const set = { starts: true, builds: true };
  const kept = keepWorker({
    changes: { next: () => new Promise((resolve) => (change = resolve)) },
    start: async () => {
      if (!set.starts) throw new CommandError('the worker ended with exit code 1');
      let dies = (): void => {};
      const ended = new Promise<void>((resolve) => (dies = resolve));
      const worker = { pid: workers.length + 1, stopped: false, dies };
      workers.push(worker);
      return {
        pid: worker.pid,
        ended,
        stop: async () => {
          worker.stopped = true;
          dies();
        },
      };
    },
    build: async () => set.builds,
    printer: { heading: (text) => said.push(text), line: (text) => said.push(text) },
    shortestLife,
  });
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 10; i++) await turn();
  };
  return {
    said,
    workers,
    set,
    settle,
    save: async (file?: string) => {
      change?.(file === undefined ? undefined : { code: [file], notebooks: [] });
      await settle();
    },
    kept,
  };
}

test('a worker that does not come up ended tw dev, and the stack with it: it waits for the change that mends it', async () => {
  const { said, workers, set, save, settle, kept } = stage();
  await settle();
  set.starts = false;
  await save('dag/a.ts');
  expect(workers.map(({ stopped }) => stopped)).toEqual([true]);
  set.builds = false;
  await save('dag/b.ts');
  Object.assign(set, { starts: true, builds: true });
  await save('dag/c.ts');
  expect(workers.map(({ stopped }) => stopped)).toEqual([true, false]);
  await save();
  await kept;
  expect(workers.map(({ stopped }) => stopped)).toEqual([true, true]);
  expect(said).toEqual([
    'worker 1 polls',
    'dag/a.ts changed',
    'the worker ended with exit code 1; the next change starts another',
    'dag/b.ts changed',
    'the build failed, its errors are above: there is no worker until it succeeds',
    'dag/c.ts changed',
    'worker 2 polls',
  ]);
});

test('a worker that was killed was never missed: another follows it, once it has shown that it can live', async () => {
  const { said, workers, save, settle, kept } = stage();
  await settle();
  workers[0]?.dies();
  await settle();
  expect(said).toEqual(['worker 1 polls', 'worker 1 has ended by itself; starting another', 'worker 2 polls']);
  await save();
  await kept;
  expect(workers[1]?.stopped).toBe(true);

  const short = stage({ shortestLife: 60_000 });
  await short.settle();
  short.workers[0]?.dies();
  await short.settle();
  expect(short.said.at(-1)).toBe('worker 1 has ended by itself; the next change starts another');
  await short.save('dag/a.ts');
  expect(short.said.at(-1)).toBe('worker 2 polls');
  await short.save();
  await short.kept;
});
