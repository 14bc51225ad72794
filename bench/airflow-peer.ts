import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { ensureNamespace } from '../scripts/namespace.ts';
import { startStack } from '../stack/stack.ts';
import { airflowProfiles, measureAirflow } from './support/airflow.ts';
import { killInTask } from './support/peer-kill.ts';
import { buildPeers, bundlesFolder, startPeer, type PeerProcess } from './support/peer-process.ts';
import { median, runShape, type PeerCost } from './support/peer-run.ts';
import { peerKinds, peerShapes, type PeerKind, type PeerShape } from './support/peer-shapes.ts';
import type { BenchContext } from './support/report.ts';

const options = {
  rounds: { type: 'string', default: '15' },
  /** Names of shapes, and `kill`. */
  shapes: { type: 'string', default: [...peerShapes.map(({ name }) => name), 'kill'].join(',') },
  'with-airflow': { type: 'boolean', default: false },
  'airflow-scripts': { type: 'string', default: join('..', 'shared', 'bench', 'airflow') },
  'airflow-folder': { type: 'string', default: join('.tradewind', 'bench-airflow') },
  'airflow-rounds': { type: 'string', default: '3' },
} as const;

interface Server {
  readonly address: string;
  readonly namespace: string;
  readonly client: Client;
}

/** Medians of the DAG, by name of the shape; of a kill the time until the task ran again. Milliseconds. */
type Walls = Map<string, number>;

/**
 * `npm run bench -- airflow-peer [--rounds 15] [--shapes one,chain,parallel,runs,kill] [--with-airflow]`: chains, parallel tasks
 * and many runs at once as DAGs against the same activities in a plain workflow, in turns, each in a worker process of
 * its own, on a Temporal server of the benchmark's own; then workers killed in mid-task; then, where it is asked for and its
 * scripts are there, Airflow on the same machine. airflow.md tells how to measure Airflow by hand.
 */
export async function airflowPeer({ args, signal, record, note }: BenchContext): Promise<void> {
  const { values } = parseArgs({ args: [...args], options });
  const names = values.shapes.split(',');
  const shapes = peerShapes.filter(({ name }) => names.includes(name));
  const strange = names.filter((name) => name !== 'kill' && !peerShapes.some((shape) => shape.name === name));
  if (strange.length > 0)
    throw new Error(`there is no shape ${strange.join(', ')}; there are ${options.shapes.default}`);
  const walls: Walls = new Map();
  await measureDags(shapes, Number(values.rounds), names.includes('kill'), { signal, record, note, walls });
  if (!values['with-airflow'] || signal.aborted) return;
  const scripts = values['airflow-scripts'];
  if (!existsSync(join(scripts, 'stack.sh'))) {
    process.stderr.write(
      `no Airflow: there is no stack.sh in ${scripts}; bench/airflow.md tells how to measure by hand\n`,
    );
    return;
  }
  for (const profile of airflowProfiles) {
    const rounds = Number(values['airflow-rounds']);
    const folder = values['airflow-folder'];
    for (const { name, ...figures } of await measureAirflow({ scripts, folder, profile, names, rounds, signal })) {
      const dagMs = walls.get(name);
      const timesDag = dagMs === undefined ? null : figures.wallMs / dagMs;
      record({ shape: name, what: `Airflow, ${profile}`, ...figures, timesDag });
    }
  }
}

/** On a server that is down again when it returns, so that it takes nothing from Airflow. */
async function measureDags(
  shapes: readonly PeerShape[],
  rounds: number,
  kill: boolean,
  measuring: Measuring,
): Promise<void> {
  const stateDir = join('.tradewind', 'bench-airflow-peer');
  // What runs of another build left, controllers for example, is not what is measured, and this build might not even go on with it.
  for (const left of [stateDir, bundlesFolder]) await rm(left, { recursive: true, force: true });
  await buildPeers();
  await using stack = await startStack({
    stateDir,
    parts: ['temporal'],
    tether: true,
    given: {},
  });
  const address = stack.settings['TEMPORAL_ADDRESS'] ?? '';
  const namespace = stack.settings['TEMPORAL_NAMESPACE'] ?? 'default';
  const connection = await Connection.connect({ address });
  try {
    await ensureNamespace(connection, { namespace, retentionDays: 1 });
    const server = { address, namespace, client: new Client({ connection, namespace }) };
    await againstPlain(server, shapes, rounds, measuring);
    if (kill) await killed(server, measuring);
  } finally {
    await connection.close();
  }
}

interface Measuring extends Pick<BenchContext, 'signal' | 'record' | 'note'> {
  readonly walls: Walls;
}

async function againstPlain(
  { address, namespace, client }: Server,
  shapes: readonly PeerShape[],
  rounds: number,
  { signal, record, note, walls }: Measuring,
): Promise<void> {
  const workers = new Map<PeerKind, PeerProcess>();
  try {
    for (const kind of peerKinds) {
      workers.set(kind, await startPeer({ address, namespace, kind, taskQueue: queueOf(kind) }));
    }
    for (const shape of shapes) {
      const costs = new Map<PeerKind, PeerCost[]>(peerKinds.map((kind) => [kind, []]));
      // Two rounds to warm up; then the order turns with each round, since the first of a round has it harder.
      for (let round = -2; round < rounds && !signal.aborted; round++) {
        for (const kind of rotated(round)) {
          const worker = workers.get(kind);
          if (worker === undefined) continue;
          const cost = await runShape(client, worker, { kind, shape, taskQueue: queueOf(kind) });
          if (round < 0) continue;
          costs.get(kind)?.push(cost);
          note({ shape: shape.name, round, what: kind, ...cost });
        }
      }
      report(shape.name, costs, record);
      walls.set(shape.name, median((costs.get('dag') ?? []).map(({ wallMs }) => wallMs)));
    }
  } finally {
    await Promise.all([...workers.values()].map((worker) => worker.stop()));
  }
}

function rotated(round: number): readonly PeerKind[] {
  const first = (round + 2 * peerKinds.length) % peerKinds.length;
  return [...peerKinds.slice(first), ...peerKinds.slice(0, first)];
}

function queueOf(kind: PeerKind): string {
  return `peer-${kind.replaceAll(' ', '-')}`;
}

/** Goals: at most 1.1 of plain's CPU, no workflow task more than it, at most 100 ms to the first task. */
function report(
  shape: string,
  costs: ReadonlyMap<PeerKind, readonly PeerCost[]>,
  record: BenchContext['record'],
): void {
  const plain = costs.get('plain') ?? [];
  for (const kind of peerKinds) {
    const own = costs.get(kind) ?? [];
    const middle = (field: keyof PeerCost): number => median(own.map((cost) => cost[field]));
    const ratio = (field: 'cpuMs' | 'wallMs'): number =>
      median(own.map((cost, n) => cost[field] / (plain[n]?.[field] ?? Number.NaN)));
    record({
      shape,
      what: `median of ${kind}`,
      wallMs: middle('wallMs'),
      cpuMs: middle('cpuMs'),
      firstTaskMs: middle('firstTaskMs'),
      workflowTasks: middle('workflowTasks'),
      events: middle('events'),
      cpuOfPlain: ratio('cpuMs'),
      wallOfPlain: ratio('wallMs'),
    });
  }
}

/** Goals: again in at most 15 s, and no try spent. */
async function killed({ address, namespace, client }: Server, { signal, record, walls }: Measuring): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < 3 && !signal.aborted; round++) {
    const cost = await killInTask(client, { address, namespace, taskQueue: 'peer-kill' });
    times.push(cost.againMs);
    record({ shape: 'kill', round, what: 'dag', wallMs: cost.againMs, triesSpent: cost.triesSpent });
  }
  walls.set('kill', median(times));
}
