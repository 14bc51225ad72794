import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { PeerKind } from './peer-shapes.ts';

/** Where the workers' bundles of workflows are, once one has made them. */
export const bundlesFolder = join('.tradewind', 'bench-airflow-peer-bundles');

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

/** Starts a worker process and waits until it polls. */
export async function startPeer({ address, namespace, kind, taskQueue }: PeerProcessOptions): Promise<PeerProcess> {
  const child = fork(join(import.meta.dirname, 'peer-worker.ts'), [address, namespace, kind, taskQueue]);
  const told = async (): Promise<unknown> => {
    const [message] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [unknown];
    if (typeof message === 'number' || message === null) throw new Error(`the worker of ${kind} has ended`);
    return message;
  };
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
