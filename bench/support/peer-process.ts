import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { nextMessage } from './next-message.ts';
import type { PeerKind } from './peer-shapes.ts';

/** Where the workers' bundles of workflows are, once one has made them. */
export const bundlesFolder = join('.tradewind', 'bench-airflow-peer-bundles');

/** Where the workers' code is; bench/tsconfig.json says so, too. */
const buildFolder = join('.tradewind', 'bench-airflow-peer-build');

/** Compiles the workers' code, as a build does: with tsx every promise of a workflow would cost a look for source maps. */
export async function buildPeers(): Promise<void> {
  const compiler = join('node_modules', 'typescript', 'bin', 'tsc');
  const child = spawn(process.execPath, [compiler, '-p', 'bench'], { stdio: ['ignore', 2, 2] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error('the workers of the benchmark cannot be compiled');
}

/** A worker process of the benchmark, which ends with this process. */
export interface PeerProcess {
  /** CPU that it has used, user and system, all threads, milliseconds. */
  readonly cpuMs: () => Promise<number>;
  /** Resolves once a task hangs in it. */
  readonly hangs: () => Promise<void>;
  /** Drains. */
  readonly stop: () => Promise<void>;
  /** SIGKILL. */
  readonly kill: () => void;
}

/** What a worker process is told. */
export interface PeerProcessOptions {
  readonly address: string;
  readonly namespace: string;
  readonly kind: PeerKind;
  /** Stem of its queues. */
  readonly taskQueue: string;
}

/** Starts a worker process, of what {@link buildPeers} has made, and waits until it polls. */
export async function startPeer({ address, namespace, kind, taskQueue }: PeerProcessOptions): Promise<PeerProcess> {
  const child = fork(join(buildFolder, 'bench', 'support', 'peer-worker.js'), [address, namespace, kind, taskQueue], {
    execArgv: [],
  });
  const told = (): Promise<unknown> => nextMessage(child, `the worker of ${kind}`);
  await told();
  return {
    cpuMs: async () => {
      child.send('cpu');
      const usage = (await told()) as NodeJS.CpuUsage;
      return (usage.user + usage.system) / 1_000;
    },
    hangs: async () => void (await told()),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    },
    kill: () => child.kill('SIGKILL'),
  };
}
