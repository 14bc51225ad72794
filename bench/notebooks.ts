import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { createDatabricks } from '../activities/databricks/client.ts';
import { createS3ObjectStore } from '../activities/s3/s3-object-store.ts';
import { environmentWith } from '../config/environment.ts';
import { parseSettings } from '../config/settings.ts';
import { ensureNamespace } from '../scripts/namespace.ts';
import { startStack } from '../stack/stack.ts';
import { endGroup, startTethered } from '../stack/tethered-process.ts';
import { nextMessage } from './support/next-message.ts';
import type { Bench } from './support/report.ts';

const folder = resolve('.tradewind', 'bench-notebooks');
const clusterId = '0101-000000-bench';
const token = 'dapi-of-the-bench';

/**
 * How many Databricks runs so many tasks start, when part of the answers to their submissions is lost and the worker is killed (SIGKILL) every so
 * often: one each, or something is wrong. Notebooks end at once; the API is that of databricks-local.
 */
export const benchNotebooks: Bench = async ({ args, signal, record }) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      count: { type: 'string', default: '10000' },
      'kill-every': { type: 'string', default: '15' },
      lost: { type: 'string', default: '0.3' },
    },
  });
  const [count, killEvery, lost] = [Number(values.count), Number(values['kill-every']) * 1_000, Number(values.lost)];
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'databricks'), { recursive: true });
  await using stack = await startStack({
    stateDir: folder,
    parts: ['temporal', 's3'],
    tether: true,
    given: {},
    stop: signal,
  });
  const api = startTethered({
    command: process.execPath,
    args: [resolve('dist', 'stack', 'databricks', 'main.js')],
    environment: environmentWith({
      DATABRICKS_LOCAL_FOLDER: join(folder, 'databricks'),
      DATABRICKS_LOCAL_PORT: '0',
      DATABRICKS_LOCAL_TOKEN: token,
      DATABRICKS_LOCAL_CLIENT_SECRET: 'secret-of-the-bench',
      DATABRICKS_LOCAL_CLUSTER_ID: clusterId,
      DATABRICKS_LOCAL_USER: 'bench@databricks.local',
      DATABRICKS_LOCAL_ENGINE: 'scripted',
      DATABRICKS_LOCAL_NOTEBOOKS: '64',
    }),
    output: 'pipe',
  });
  let worker: ChildProcess | undefined;
  try {
    const host = await hostOf(api.child);
    const environment = environmentWith({
      ...stack.settings,
      TW_TASK_QUEUE: 'bench-notebooks',
      DATABRICKS_HOST: host,
      DATABRICKS_TOKEN: token,
      DATABRICKS_CLUSTER_ID: clusterId,
    });
    const settings = parseSettings(environment);
    const store = createS3ObjectStore(settings.s3);
    await store.ensureBucket();
    store.close();
    const { address, namespace } = settings.temporal;
    const connection = await Connection.connect({ address });
    await ensureNamespace(connection, { namespace, retentionDays: 1 });
    const workspace = createDatabricks({ host, auth: { kind: 'token', token }, clusterId });
    const content = '# Databricks notebook source\n# script: {}\n';
    await workspace.importNotebook({ path: '/Shared/nothing', content }, signal);
    const fault = { endpoint: 'jobs/runs/submit', kind: 'lost', probability: lost };
    await fetch(`${host}/tradewind/faults`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ faults: lost > 0 ? [fault] : [] }),
    });

    const start = async (): Promise<ChildProcess> => {
      const child = fork(join(import.meta.dirname, 'support', 'notebook-worker.ts'), [join(folder, 'bundles')], {
        env: environment,
      });
      await nextMessage(child, 'the worker');
      return child;
    };
    worker = await start();
    const begun = Date.now();
    const client = new Client({ connection, namespace });
    const handle = await client.workflow.start('submits', {
      workflowId: `submits-${begun}`,
      taskQueue: 'bench-notebooks-orchestration',
      args: [{ count }],
    });
    const ended = handle.result().then(
      () => 'success',
      (error: unknown) => String(error),
    );
    let kills = 0;
    for (;;) {
      const state = await Promise.race([ended, delay(killEvery, undefined, { signal })]);
      if (state !== undefined) {
        const { runs, tokens } = startedRuns();
        record({
          tasks: count,
          runs,
          tokens,
          state,
          kills,
          lostAnswers: await lostAnswers(host),
          seconds: Math.round((Date.now() - begun) / 1_000),
        });
        break;
      }
      const exit = once(worker, 'exit');
      worker.kill('SIGKILL');
      await exit;
      kills++;
      worker = await start();
    }
    await fetch(`${host}/tradewind/faults`, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } });
    for (const seconds of [1, 10, 30, 60]) {
      const path = `/Shared/takes${seconds}`;
      const script = `# script: {"ms": ${seconds * 1_000}}`;
      await workspace.importNotebook({ path, content: `# Databricks notebook source\n${script}\n` }, signal);
      const from = performance.now();
      await client.workflow.execute('submits', {
        workflowId: `takes-${seconds}-${begun}`,
        taskQueue: 'bench-notebooks-orchestration',
        args: [{ count: 1, path }],
      });
      const took = (performance.now() - from) / 1_000;
      record({ notebookSeconds: seconds, runSeconds: took, overheadSeconds: took - seconds });
    }
    await connection.close();
    workspace.close();
  } finally {
    if (worker?.connected === true) {
      const exit = once(worker, 'exit');
      worker.disconnect();
      await exit;
    }
    await endGroup(api);
  }
};

/** The line by which the server says where it is. */
async function hostOf({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('a server on a pipe has an output');
  for await (const line of createInterface({ input: stdout })) {
    const found = /"url":"([^"]+)"/.exec(line)?.[1];
    if (found !== undefined) return found;
  }
  throw new Error('databricks-local did not start');
}

async function lostAnswers(host: string): Promise<number> {
  const answer = await fetch(`${host}/tradewind/faults`, { headers: { authorization: `Bearer ${token}` } });
  const counts = (await answer.json()) as { readonly lost?: number };
  return counts.lost ?? 0;
}

/** What the server has on disk: runs that were submitted, and their tokens. */
function startedRuns(): { readonly runs: number; readonly tokens: number } {
  const tokens = new Set<string>();
  let runs = 0;
  for (const line of readFileSync(join(folder, 'databricks', 'runs.ndjson'), 'utf8').split('\n')) {
    const found = /^\{"kind":"run".*"token":"([\da-f]{64})"/.exec(line)?.[1];
    if (found === undefined) continue;
    runs++;
    tokens.add(found);
  }
  return { runs, tokens: tokens.size };
}
