import { appendFileSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { ClusterState, NotebookEnd, NotebookEngine, NotebookLogLine, NotebookOrder } from './engine.ts';

const scriptSchema = z.strictObject({
  /** Milliseconds that the notebook takes. */
  ms: z.number().min(0).default(0),
  end: z
    .discriminatedUnion('state', [
      z.strictObject({ state: z.literal('success'), exit: z.string().optional() }),
      z.strictObject({
        state: z.literal('failed'),
        error: z.string(),
        trace: z.string().default(''),
        cell: z.int().optional(),
      }),
      z.strictObject({ state: z.literal('lost') }),
    ])
    .default({ state: 'success' }),
  /** What its cells print. */
  output: z.array(z.string()).default([]),
  /** The exit is the widgets, as JSON. */
  echo: z.boolean().default(false),
});

/** What a notebook does in the place of running. `lost`: the driver dies under it. */
export type NotebookScript = Readonly<z.output<typeof scriptSchema>>;

/**
 * An engine without Spark: a notebook does what its first line says, `# script: {"ms": 200, "end": {"state": "success",
 * "exit": "7"}}`, or a list of such, one for each time that it is run (the last one for all others). A notebook without such
 * a line succeeds at once. For tests and for benches of what is around an engine.
 */
export function scriptedEngine(options: { readonly startMs?: number } = {}): NotebookEngine {
  const { startMs = 0 } = options;
  const times = new Map<string, number>();
  const closing = new AbortController();
  let state: ClusterState = startMs === 0 ? 'RUNNING' : 'TERMINATED';
  let starting: Promise<void> | undefined;

  const startCluster = async (): Promise<void> => {
    if (state === 'RUNNING') return;
    state = 'PENDING';
    starting ??= wait(startMs).then(() => {
      state = 'RUNNING';
      starting = undefined;
    });
    await starting;
  };

  const run = async (order: NotebookOrder, signal: AbortSignal): Promise<NotebookEnd> => {
    await startCluster();
    const time = times.get(order.notebookPath) ?? 0;
    times.set(order.notebookPath, time + 1);
    const { ms, end, output, echo } = scriptOf(readFileSync(order.notebookFile, 'utf8'), time);
    for (const [cell, text] of output.entries()) write(order, { cell, kind: 'output', text });
    await wait(ms, AbortSignal.any([signal, closing.signal]));
    if (signal.aborted) return { state: 'canceled' };
    if (closing.signal.aborted || end.state === 'lost') throw new Error('the driver was lost');
    if (end.state === 'success') return { state: 'success', exit: echo ? JSON.stringify(order.parameters) : end.exit };
    write(order, { cell: end.cell ?? 0, kind: 'error', text: end.trace === '' ? end.error : end.trace });
    return { state: 'failed', error: end.error, trace: end.trace, cell: end.cell };
  };

  return {
    run,
    clusterState: () => state,
    startCluster,
    close: async () => closing.abort(),
  };
}

function scriptOf(source: string, time: number): NotebookScript {
  const [, text = '[{}]'] = /^# script: (.*)$/m.exec(source) ?? [];
  const scripts = z
    .union([z.array(scriptSchema).min(1), scriptSchema.transform((one) => [one])])
    .parse(JSON.parse(text));
  const script = scripts[Math.min(time, scripts.length - 1)];
  if (script === undefined) throw new Error('a list of scripts has a first one');
  return script;
}

function write(order: NotebookOrder, line: Omit<NotebookLogLine, 'at'>): void {
  appendFileSync(order.logFile, `${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`);
}

/** Resolves after a time, or at once when it is stopped. */
async function wait(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true || ms === 0) return;
  await new Promise<void>((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal?.addEventListener('abort', finish);
  });
}
