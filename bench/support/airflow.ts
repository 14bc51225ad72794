import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { inheritedEnvironment } from '../../config/environment.ts';

/** Settings that Airflow is measured with: its own, and those that make its scheduler as quick as it gets. */
export const airflowProfiles = ['default', 'tuned'] as const;

/** A profile's name. */
export type AirflowProfile = (typeof airflowProfiles)[number];

/** What Airflow took for what has the same name here; of a kill `wallMs` is the time until the task ran again. */
export interface AirflowCost {
  readonly name: string;
  readonly wallMs: number;
  readonly firstTaskMs: number | null;
  /** CPU of all of Airflow's processes, without its database. */
  readonly cpuMs: number | null;
  /** Cores that others used meanwhile. */
  readonly otherLoadCores: number | null;
}

/** Where the scripts are, and where what they install is to be. */
export interface AirflowOptions {
  /** Folder of stack.sh and measure.py. */
  readonly scripts: string;
  /** Kept for next time. */
  readonly folder: string;
  readonly profile: AirflowProfile;
  /** Which of the shapes, or `kill`. */
  readonly names: readonly string[];
  readonly rounds: number;
  readonly signal: AbortSignal;
}

/** By name here: how measure.py calls it, and as what it keeps the figures. */
const measures: Readonly<Record<string, { readonly call: string; readonly kept: string }>> = {
  one: { call: 'latency', kept: 'trigger_latency' },
  chain: { call: 'seq40', kept: 'seq40' },
  parallel: { call: 'par100', kept: 'par100' },
  runs: { call: 'chain5x20', kept: 'chain5x20' },
  kill: { call: 'kill_worker', kept: 'kill9_worker_and_task' },
};

interface Stats {
  readonly median: number;
}

/** What measure.py keeps; seconds. */
interface Kept {
  readonly wall_s?: Stats;
  readonly trigger_to_run_end_s?: Stats;
  readonly first_start_s?: Stats;
  readonly trigger_to_first_task_start_s?: Stats;
  readonly stack_cpu_s?: Stats;
  readonly other_load_cores?: Stats;
}

/** Installs Airflow where it is not, starts it, measures and stops it. What the scripts say goes to stderr. */
export async function measureAirflow(options: AirflowOptions): Promise<readonly AirflowCost[]> {
  const { names, rounds, profile, signal } = options;
  const folder = resolve(options.folder);
  const scripts = resolve(options.scripts);
  const environment = { ...inheritedEnvironment(), BENCH_DIR: folder, BENCH_PROFILE: profile };
  const bash = async (script: string, args: readonly string[], stop?: AbortSignal): Promise<void> => {
    const child = spawn('bash', ['-euc', script, scripts, ...args], {
      env: environment,
      // Standard output is for the benchmark's own lines.
      stdio: ['ignore', 2, 2],
      ...(stop !== undefined && { signal: stop }),
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`Airflow's scripts ended with ${code ?? 'a signal'}: ${script} ${args.join(' ')}`);
  };
  const stack = (verb: string, stop?: AbortSignal): Promise<void> => bash('bash "$0/stack.sh" "$1"', [verb], stop);
  mkdirSync(folder, { recursive: true });
  await stack('install', signal);
  const results = join(folder, 'out', `result.${profile}.json`);
  rmSync(results, { force: true });
  const wanted = names.flatMap((name) => (measures[name] === undefined ? [] : [{ name, ...measures[name] }]));
  try {
    await stack('start', signal);
    for (const { call } of wanted) {
      const measure =
        '. "$0/env.sh"; PATH="$BENCH_DIR/venv/bin:$PATH" "$BENCH_DIR/venv/bin/python" "$0/measure.py" "$@"';
      await bash(measure, [call, String(rounds)], signal);
    }
  } finally {
    await stack('stop');
  }
  const found = JSON.parse(readFileSync(results, 'utf8')) as Readonly<Record<string, unknown>>;
  return wanted.map(({ name, kept }) => (name === 'kill' ? killCost(found[kept]) : costOf(name, found[kept] as Kept)));
}

function costOf(name: string, kept: Kept): AirflowCost {
  return {
    name,
    wallMs: milliseconds(kept.wall_s ?? kept.trigger_to_run_end_s) ?? Number.NaN,
    firstTaskMs: milliseconds(kept.first_start_s ?? kept.trigger_to_first_task_start_s),
    cpuMs: milliseconds(kept.stack_cpu_s),
    otherLoadCores: kept.other_load_cores?.median ?? null,
  };
}

function killCost(kept: unknown): AirflowCost {
  // A task that never ran again has no time.
  const again = (kept as readonly { readonly again_s: number | null }[]).map(({ again_s: s }) => s ?? Number.NaN);
  const wallMs = (again.toSorted((a, b) => a - b)[Math.floor(again.length / 2)] ?? Number.NaN) * 1_000;
  return { name: 'kill', wallMs, firstTaskMs: null, cpuMs: null, otherLoadCores: null };
}

function milliseconds(stats: Stats | undefined): number | null {
  return stats === undefined ? null : stats.median * 1_000;
}
