import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { CommandError } from './failure.ts';

/** A worker that runs as a process of its own, as it would on a VM, started by this one. */
export interface WorkerProcess {
  readonly pid: number;
  /** Settles when it has ended, however that came. */
  readonly ended: Promise<void>;
  /** Drains (SIGTERM) and waits for the end. */
  stop(): Promise<void>;
  /** SIGKILL: what a crash or the kernel's memory killer would do. */
  kill(): Promise<void>;
  /** Lets it outlive this process. */
  release(): void;
}

/** How a worker process is started. */
export interface WorkerProcessOptions {
  /** Settings for it. They go through its environment, never through its arguments, which everybody on the machine can read. */
  readonly environment: NodeJS.ProcessEnv;
  /** File that its log is appended to. */
  readonly logPath: string;
  /** Script of the command line; by default the one that this process was started with. */
  readonly entry?: string;
  /** Milliseconds that it may take until it polls. */
  readonly readyWithin?: number;
}

/**
 * Starts `tw worker` as a child process and waits until it polls its task queues. The child ends by itself when this
 * process dies, however it dies, unless it was released.
 */
export async function startWorkerProcess(options: WorkerProcessOptions): Promise<WorkerProcess> {
  const { entry = process.argv[1] } = options;
  if (entry === undefined) throw new Error('this process has no script to start a worker from');
  const log = openSync(options.logPath, 'a', 0o600);
  const child = fork(entry, ['worker'], {
    env: options.environment,
    stdio: ['ignore', log, log, 'ipc'],
    // Its own process group: Ctrl-C is for this process, which then stops the worker in order.
    detached: true,
  });
  closeSync(log);
  const ended = once(child, 'exit').then(() => undefined);
  await untilReady(child, options);
  return {
    pid: child.pid ?? -1,
    ended,
    stop: () => end(child, 'SIGTERM'),
    kill: () => end(child, 'SIGKILL'),
    release: () => {
      child.send('release');
      child.disconnect();
      child.unref();
    },
  };
}

async function untilReady(child: ChildProcess, { logPath, readyWithin = 60_000 }: WorkerProcessOptions): Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  try {
    const outcome = await Promise.race([
      once(child, 'message', { signal }).then(() => 'ready' as const),
      once(child, 'exit', { signal }).then(() => 'exited' as const),
      delay(readyWithin, 'late' as const, { signal }),
    ]);
    if (outcome === 'ready') return;
    if (outcome === 'late') child.kill('SIGKILL');
    const what =
      outcome === 'late' ? `did not poll within ${readyWithin / 1000} s` : `ended with exit code ${child.exitCode}`;
    throw new CommandError(`the worker ${what}; its log is ${logPath}`);
  } finally {
    controller.abort();
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}
