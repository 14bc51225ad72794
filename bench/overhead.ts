import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { ensureNamespace } from '../scripts/namespace.ts';
import { startStack } from '../stack/stack.ts';
import type { BenchContext } from './support/report.ts';

const kinds = [
  // Activities on a queue of their own, as the roles of a worker need it: then the server cannot hand them out eagerly.
  { kind: 'plain', workflow: 'plainChain', args: [true] },
  { kind: 'dag', workflow: 'dagChain', args: [] },
  { kind: 'dag with executionTimeout', workflow: 'limitedChain', args: [] },
  { kind: 'plain on one queue', workflow: 'plainChain', args: [false] },
] as const;

type Kind = (typeof kinds)[number]['kind'];

interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly workflowTasks: number;
  readonly events: number;
}

/**
 * `npm run bench -- overhead [--rounds 15]`: a chain of 40 tasks as a DAG against the same 40 activities in a plain
 * workflow, in turns, each in a worker process of its own, on a Temporal server of the benchmark's own.
 */
export async function overhead({ args, signal, record }: BenchContext): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { rounds: { type: 'string', default: '15' } } });
  await using stack = await startStack({
    stateDir: join('.tradewind', 'bench-overhead'),
    parts: ['temporal'],
    tether: true,
    given: {},
  });
  const address = stack.settings['TEMPORAL_ADDRESS'] ?? '';
  const namespace = stack.settings['TEMPORAL_NAMESPACE'] ?? 'default';
  const connection = await Connection.connect({ address });
  await ensureNamespace(connection, { namespace, retentionDays: 1 });
  const client = new Client({ connection, namespace });
  const workers = new Map<Kind, ChildProcess>();
  try {
    for (const { kind } of kinds) workers.set(kind, await startWorker(kind, address, namespace));
    const costs = new Map<Kind, Cost[]>(kinds.map(({ kind }) => [kind, []]));
    // Two rounds to warm up; then the order turns with each round, since the first of a round has it harder.
    for (let round = -2; round < Number(values.rounds) && !signal.aborted; round++) {
      for (const { kind, workflow, args: input } of rotated(round)) {
        const worker = workers.get(kind);
        if (worker === undefined) continue;
        const cost = await runOnce(client, worker, { workflow, taskQueue: queueOf(kind), args: [...input] });
        if (round < 0) continue;
        costs.get(kind)?.push(cost);
        record({ round, what: kind, ...cost });
      }
    }
    report(costs, record);
  } finally {
    for (const worker of workers.values()) worker.disconnect();
    await Promise.all([...workers.values()].map((worker) => once(worker, 'exit')));
    await connection.close();
  }
}

function rotated(round: number): readonly (typeof kinds)[number][] {
  const first = (round + 2 * kinds.length) % kinds.length;
  return [...kinds.slice(first), ...kinds.slice(0, first)];
}

function queueOf(kind: Kind): string {
  return `overhead-${kind.replaceAll(' ', '-')}`;
}

async function startWorker(kind: Kind, address: string, namespace: string): Promise<ChildProcess> {
  const worker = fork(join(import.meta.dirname, 'support', 'overhead-worker.ts'), [
    address,
    namespace,
    kind,
    queueOf(kind),
  ]);
  const [message] = await Promise.race([once(worker, 'message'), once(worker, 'exit')]);
  if (message !== 'ready') throw new Error(`the worker of ${kind} ended before it polled`);
  return worker;
}

async function cpuOf(worker: ChildProcess): Promise<number> {
  worker.send('cpu');
  const [usage] = (await once(worker, 'message')) as [NodeJS.CpuUsage];
  return (usage.user + usage.system) / 1_000;
}

async function runOnce(
  client: Client,
  worker: ChildProcess,
  { workflow, taskQueue, args }: { readonly workflow: string; readonly taskQueue: string; readonly args: unknown[] },
): Promise<Cost> {
  const before = await cpuOf(worker);
  const start = performance.now();
  const handle = await client.workflow.start(workflow, {
    workflowId: `${workflow}-${Date.now()}`,
    taskQueue: `${taskQueue}-orchestration`,
    args,
  });
  await handle.result();
  const wallMs = performance.now() - start;
  const cpuMs = (await cpuOf(worker)) - before;
  const { events } = await handle.fetchHistory();
  const workflowTasks = (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes).length;
  return { wallMs, cpuMs, workflowTasks, events: events?.length ?? 0 };
}

function report(costs: ReadonlyMap<Kind, readonly Cost[]>, record: BenchContext['record']): void {
  const plain = costs.get('plain') ?? [];
  for (const { kind } of kinds) {
    const own = costs.get(kind) ?? [];
    const ratio = (field: 'cpuMs' | 'wallMs'): number =>
      median(own.map((cost, n) => cost[field] / (plain[n]?.[field] ?? Number.NaN)));
    record({
      what: `median of ${kind}`,
      wallMs: median(own.map(({ wallMs }) => wallMs)),
      cpuMs: median(own.map(({ cpuMs }) => cpuMs)),
      workflowTasks: median(own.map(({ workflowTasks }) => workflowTasks)),
      events: median(own.map(({ events }) => events)),
      cpuOfPlain: ratio('cpuMs'),
      wallOfPlain: ratio('wallMs'),
    });
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
