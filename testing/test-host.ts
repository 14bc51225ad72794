import { AsyncLocalStorage } from 'node:async_hooks';
import { activityError } from '../workflows/engine/activity-failure.ts';
import {
  followWork,
  runTasksOutside,
  type CurrentTask,
  type HostScope,
  type RunOrder,
  type StartedRun,
  type TaskHost,
} from '../workflows/engine/current-task.ts';
import { payloadText } from '../workflows/engine/payload-size.ts';
import type { RunDesk } from '../workflows/engine/run-desk.ts';
import { waitAfter } from '../dag/poke-policy.ts';
import { isFound } from '../workflows/operators/sensor.ts';
import type { DagFake, FakeCall } from './fakes.ts';
import type { TestClock } from './test-clock.ts';
import { testPools, type TestPools } from './test-pools.ts';
import { openScope, sleepIn, type TestScope } from './test-scope.ts';

/** What a host works with. */
export interface HostParts {
  readonly clock: TestClock;
  readonly desk: RunDesk;
  /** Functions by role and name. */
  readonly activities: object;
  /** Stand-ins for DAGs that are triggered, by id. */
  readonly dags: Readonly<Record<string, DagFake>>;
  /** Takes the names of assets that tasks make. */
  readonly made: string[];
  /** Sizes of pools. */
  readonly pools: TestPools;
  /** Follows an activity that works: time stands still meanwhile. */
  readonly follow: (work: Promise<unknown>) => void;
  /** Follows a try's wait between two attempts. */
  readonly followWait: (task: CurrentTask, wait: Promise<unknown>) => void;
  /** Told of what the test does not give: no try may hide it. */
  readonly onDefect: (error: unknown) => void;
}

/** Where the code that runs now belongs. */
interface Place {
  readonly parts: HostParts;
  readonly scope: TestScope;
  readonly task?: CurrentTask;
}

const storage = new AsyncLocalStorage<Place>();

runTasksOutside({
  task: () => storage.getStore()?.task,
  activity: (role, name, args) => {
    const place = storage.getStore();
    if (place?.task === undefined) return undefined;
    return followWork(place.task.work, 'activities', callActivity(place, place.task, { role, name, args }));
  },
});

/** What runs tasks in a test: in this process, by a clock that jumps. */
export function testHost(parts: HostParts): TaskHost {
  const root = openScope();
  const execution = { id: 'test', since: parts.clock.now() };
  const scope = (): TestScope => storage.getStore()?.scope ?? root;
  const place = (): Place => storage.getStore() ?? { parts, scope: root };
  const hostScope = (own: TestScope): HostScope => ({
    run: (work) => storage.run({ ...place(), scope: own }, work),
    cancel: own.cancel,
    openScope: () => hostScope(openScope(own)),
  });
  return {
    now: parts.clock.now,
    execution: () => execution,
    sleep: (ms) => sleepIn(scope(), parts.clock, ms),
    openScope: () => hostScope(openScope(scope())),
    openShield: () => hostScope(openScope()),
    home: () => {
      const home = scope();
      return async (work) => storage.run({ parts, scope: home }, work);
    },
    watchDeadlines: () => ({ watch: parts.clock.after }),
    cancelled: () => scope().cancelled(),
    within: (task, run) => storage.run({ ...place(), parts, task }, run),
    desk: () => parts.desk,
    startRun: (order) => startRun(parts, order),
    tellAssets: async (made) => void parts.made.push(...made.map(({ asset }) => asset)),
    openPoolSlots: () => testPools(parts.pools),
    patched: () => true,
    info: () => undefined,
    warn: () => undefined,
  };
}

async function startRun({ dags, follow, onDefect }: HostParts, order: RunOrder): Promise<StartedRun | undefined> {
  const { dagId, conf } = order;
  const fake = dags[dagId];
  if (fake === undefined) {
    const missing = new Error(`DAG ${dagId} is triggered, which the test does not give: give dags.${dagId}`);
    onDefect(missing);
    throw missing;
  }
  const end = Promise.resolve(fake({ ...order, conf: asSent(`the conf of ${dagId}`, conf) }));
  follow(end);
  const state = await end;
  return state === 'exists' ? undefined : { ended: Promise.resolve({ state, message: undefined }) };
}

interface ActivityCall {
  readonly role: string;
  readonly name: string;
  readonly args: readonly unknown[];
}

/** Waits before an attempt that weather made necessary, in milliseconds: as the engine's activities do. */
const firstDelay = 250;
const longestDelay = 30_000;

/** Calls an activity until it has ended, as a worker would: weather and pokes that find nothing are followed by another attempt. */
async function callActivity({ parts, scope }: Place, task: CurrentTask, call: ActivityCall): Promise<unknown> {
  const { role, name } = call;
  const { taskId, mapIndex, tryNumber, poke, run, label } = task;
  const fake = partOf(partOf(parts.activities, role), name);
  if (typeof fake !== 'function') {
    const missing = new Error(
      `task ${taskId} of DAG ${run.dagId} calls activity ${role}.${name}, which the test does not give: give activities.${role}.${name}, or tasks.${taskId} to stand in for the task`,
    );
    parts.onDefect(missing);
    throw missing;
  }
  const args = call.args.map((value) => asSent(`${label}: the input of activity ${name}`, value));
  const cancelled = scope.cancelled();
  cancelled.catch(() => undefined);
  for (let attempt = 1; ; attempt++) {
    const about: FakeCall = { taskId, mapIndex, tryNumber, attempt };
    let delay = Math.min(firstDelay * 2 ** (attempt - 1), longestDelay);
    try {
      const answer = Promise.resolve<unknown>(Reflect.apply(fake, undefined, [...args, about]));
      parts.follow(answer);
      const result = asSent(`the result of activity ${name}`, await Promise.race([answer, cancelled]));
      if (poke === undefined || isFound(result)) return result;
      delay = waitAfter(poke.policy, attempt);
    } catch (thrown) {
      if (scope.isCancelled()) throw thrown;
      const { failure, isWeather, retryDelay } = activityError(name, thrown);
      if (!isWeather) throw failure;
      delay = retryDelay ?? delay;
    }
    const wait = sleepIn(scope, parts.clock, Math.max(1, Math.round(delay)));
    parts.followWait(task, wait);
    await wait;
  }
}

function partOf(whole: unknown, name: string): unknown {
  return typeof whole === 'object' && whole !== null ? Reflect.get(whole, name) : undefined;
}

/** A value as its receiver is given it: what its JSON says. */
function asSent(what: string, value: unknown): unknown {
  const text = payloadText(what, value);
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}
