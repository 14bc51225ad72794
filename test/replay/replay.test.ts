import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Connection, type WorkflowHandle } from '@temporalio/client';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DeterminismViolationError } from '@temporalio/workflow';
import { Worker, type WorkflowBundle } from '@temporalio/worker';
import type { DagDefinition } from '../../dag/definition.ts';
import { definitionHash } from '../../dag/definition-hash.ts';
import type { TaskState } from '../../dag/states.ts';
import { ensureNamespace } from '../../scripts/namespace.ts';
import { clearUpdate } from '../../workflows/engine/edits.ts';
import * as workflows from '../../workflows/index.ts';
import { eventually } from '../support/own-state.ts';
import { testSettings, uniqueName } from '../support/stack.ts';
import { fixtureActivities } from '../workflows/fixtures/fixture-activities.ts';
import * as fixtures from '../workflows/fixtures/fixture-dags.ts';
import * as triggerFixtures from '../workflows/fixtures/trigger-dags.ts';
import { bundle, collectLogs, endOf, startHarness, taskOf } from '../workflows/harness.ts';
import { dailyActivities } from '../workflows/fixtures/daily-activities.ts';
import { historiesFolder, isRecorded, keepHistory, recording } from './record.ts';

interface Recorded {
  readonly dagId: string;
  readonly hash: string;
  readonly name: string;
  readonly workflowId: string;
  readonly history: unknown;
}

const dags = new Map<string, DagDefinition>(
  [...Object.values(workflows), ...Object.values(fixtures), ...Object.values(triggerFixtures)].flatMap((one) =>
    'definition' in one ? [[one.definition.id, one.definition as DagDefinition] as const] : [],
  ),
);

interface Case {
  readonly dagId: string;
  readonly name: string;
  readonly input: object;
  /** What is done to the run meanwhile. */
  readonly live?: (run: WorkflowHandle) => Promise<unknown>;
}

const stateIs = (run: WorkflowHandle, label: string, state: TaskState) =>
  eventually(`${label} is ${state}`, async () => (await taskOf(run, label)).state === state);

/** What is recorded of which DAG: every way through the engine that a later version must still know. */
const cases: readonly Case[] = [
  { dagId: 'pinterestDaily', name: 'success', input: { posts: 5 } },
  { dagId: 'pinterestDaily', name: 'notebooks', input: { posts: 5, notebook: true } },
  { dagId: 'flaky', name: 'success', input: {} },
  { dagId: 'weather', name: 'attempts', input: {} },
  { dagId: 'ends', name: 'every-end', input: {} },
  { dagId: 'hanging', name: 'timeouts', input: {} },
  { dagId: 'told', name: 'map', input: {} },
  {
    dagId: 'endless',
    name: 'cancelled',
    input: {},
    live: async (run) => {
      await stateIs(run, 'stuck[b]', 'running');
      await run.cancel();
    },
  },
  {
    dagId: 'stays',
    name: 'cleared',
    input: {},
    live: async (run) => {
      const tasks = ['own', 'named', 'leaves'];
      for (const label of tasks) await stateIs(run, label, 'success');
      await run.executeUpdate(clearUpdate, { args: [{ taskIds: tasks, onlyFailed: false }] });
      await eventually('they have been tried again', async () => {
        const found = await Promise.all(tasks.map((label) => taskOf(run, label)));
        return found.every(({ state, tryNumber }) => state === 'success' && tryNumber === 2);
      });
      await run.signal('leave', null);
    },
  },
];

function hashOf(dagId: string): string {
  const definition = dags.get(dagId);
  if (definition === undefined) throw new Error(`there is no DAG ${dagId}`);
  return definitionHash(definition);
}

function recordedHistories(): readonly Recorded[] {
  if (!existsSync(historiesFolder)) return [];
  return readdirSync(historiesFolder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => {
      const [dagId = '', hash = ''] = entry.parentPath.split('/').slice(-2);
      const { workflowId, history } = JSON.parse(readFileSync(join(entry.parentPath, entry.name), 'utf8')) as Recorded;
      return { dagId, hash, name: entry.name.slice(0, -'.json'.length), workflowId, history };
    });
}

describe('recorded histories', () => {
  let code: WorkflowBundle;

  beforeAll(async () => {
    collectLogs();
    code = await bundle('test/replay/all-dags');
    if (recording) await record(code);
  });

  test('are there for every definition as it is now (npm run record makes them)', () => {
    const found = recordedHistories().map(({ dagId, hash, name }) => `${dagId}/${hash}/${name}`);
    expect(found).toEqual(expect.arrayContaining(cases.map(({ dagId, name }) => `${dagId}/${hashOf(dagId)}/${name}`)));
  });

  test('replay on the definitions that they were recorded with', async () => {
    const current = recordedHistories().filter(({ dagId, hash }) => dags.has(dagId) && hashOf(dagId) === hash);
    expect(current.length).toBeGreaterThanOrEqual(cases.length);
    for (const { workflowId, history } of current) {
      await Worker.runReplayHistory({ workflowBundle: code }, historyFromJSON(history), workflowId);
    }
  });

  test('do not replay on code that does something else', async () => {
    const one = recordedHistories().find(({ dagId }) => dagId === 'told');
    if (one === undefined) throw new Error('nothing is recorded of told');
    const altered = JSON.parse(
      JSON.stringify(one.history).replaceAll(/"activityType":\{"name":"place"\}/g, '"activityType":{"name":"moved"}'),
    ) as unknown;
    await expect(
      Worker.runReplayHistory({ workflowBundle: code }, historyFromJSON(altered), one.workflowId),
    ).rejects.toThrow(DeterminismViolationError);
  });
});

async function record(code: WorkflowBundle): Promise<void> {
  const { address } = testSettings().temporal;
  const namespace = uniqueName('record');
  const connection = await Connection.connect({ address });
  await ensureNamespace(connection, { namespace, retentionDays: 1 });
  await connection.close();
  const env = await TestWorkflowEnvironment.createFromExistingServer({ address, namespace });
  const daily = dailyActivities(() => ({ fails: null, calls: [], report: undefined, verified: undefined }));
  const fixture = fixtureActivities();
  const harness = await startHarness(env, {
    bundle: code,
    activities: { io: { ...fixture, ...daily.io }, engine: daily.engine },
  });
  try {
    for (const { dagId, name, input, live } of cases) {
      if (isRecorded({ dagId, hash: hashOf(dagId), name })) continue;
      const handle = await harness.start(dagId, input);
      await live?.(handle);
      await endOf(handle);
      await keepHistory(handle, { dagId, hash: hashOf(dagId), name });
    }
  } finally {
    await harness.stop();
    await env.teardown();
  }
}
