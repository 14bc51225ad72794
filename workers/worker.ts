import { Worker, type NativeConnection, type WorkerOptions, type WorkflowBundleOption } from '@temporalio/worker';
import type { WorkerDeploymentOptions } from '@temporalio/worker';
import { activityInterceptors, type ValuesOf } from '../activities/shared/interceptor.ts';
import { activitySlots, isControlQueue, roleQueue, type WorkerQueue, type WorkerRole } from './roles.ts';

/** Activities by the role that runs them. */
export interface RoleActivities {
  readonly io: object;
  readonly engine: object;
  /** What the engine itself does for runs and controllers; belongs to the role `orchestration`. */
  readonly control: object;
}

/** Code of the workflows: of runs, and of what looks after them. */
export interface WorkflowBundles {
  readonly runs: WorkflowBundleOption;
  readonly control: WorkflowBundleOption;
}

/** One process's workers. */
export interface WorkersOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** Stem of the roles' task queues, and the name of the worker deployment. */
  readonly taskQueue: string;
  /** Which build of the code these workers run; without it their runs are not tied to a build. */
  readonly buildId?: string | undefined;
  readonly roles: readonly WorkerRole[];
  /** Queues of tasks whose activities they run; `null`, which is the default, is that of tasks which name none. */
  readonly queues?: readonly (string | null)[] | undefined;
  readonly bundles: WorkflowBundles;
  readonly activities: RoleActivities;
  /** Where large values of an activity's run are. */
  readonly values: ValuesOf;
}

/** Time that activities have to end after a shutdown began; then they are cancelled. */
export const graceTime = 10_000;

/** Time after which a shutdown ends without those that did not listen. */
export const forceTime = 20_000;

const common = {
  shutdownGraceTime: graceTime,
  shutdownForceTime: forceTime,
  // The SDK holds heartbeats back by default for 80 % of their timeout, and with them the cursor.
  maxHeartbeatThrottleInterval: '1 second',
  defaultHeartbeatThrottleInterval: '1 second',
} as const satisfies Partial<WorkerOptions>;

/** The workers of each role, connected but not yet polling. */
export async function createWorkers(options: WorkersOptions): Promise<readonly Worker[]> {
  return (await Promise.all(options.roles.map((role) => workersOf(options, role)))).flat();
}

async function workersOf(options: WorkersOptions, role: WorkerRole): Promise<readonly Worker[]> {
  const { connection, namespace, taskQueue, buildId, bundles, activities, queues = [null] } = options;
  const base = { ...common, connection, namespace, interceptors: { activity: [activityInterceptors(options.values)] } };
  const create = (of: WorkerQueue, own: Partial<WorkerOptions>, queue: string | null = null): Promise<Worker> =>
    Worker.create({
      ...base,
      taskQueue: roleQueue(taskQueue, of, queue),
      ...(buildId !== undefined && { workerDeploymentOptions: versioned(taskQueue, buildId, of) }),
      ...own,
    });
  if (role === 'orchestration') {
    const { control } = activities;
    // Runs wait for their controller inside a workflow task of their own. Controllers therefore have workflow tasks that no run
    // can take from them.
    return Promise.all([
      create('orchestration', { workflowBundle: bundles.runs, activities: control }),
      create('control', { workflowBundle: bundles.control, activities: control }),
    ]);
  }
  const own = { activities: activities[role], maxConcurrentActivityTaskExecutions: activitySlots[role] };
  return Promise.all(queues.map((queue) => create(role, own, queue)));
}

/**
 * A run stays with the build that it began with, so that no new code can break it. A controller goes over to the newest build: it
 * never ends, and its code must go on replaying what it did.
 */
function versioned(deploymentName: string, buildId: string, queue: WorkerQueue): WorkerDeploymentOptions {
  const defaultVersioningBehavior = queue === 'control' ? 'AUTO_UPGRADE' : 'PINNED';
  return { version: { deploymentName, buildId }, useWorkerVersioning: true, defaultVersioningBehavior };
}

/**
 * Runs workers until they are drained (`stop`), or one of them fails: then the others are stopped, too, and its error is
 * thrown. Those of controllers are stopped when the others have ended: a run that is just beginning, or ending, waits for its
 * controller inside a workflow task, and where no other process answers would hold the drain up until it is cut off.
 */
export async function runWorkers(workers: readonly Worker[], stop: AbortSignal): Promise<void> {
  const isLast = ({ options }: Worker): boolean => isControlQueue(options.taskQueue);
  const shutDown = (some: readonly Worker[]): void => {
    for (const worker of some) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const [first, last] = [workers.filter((worker) => !isLast(worker)), workers.filter(isLast)];
  let left = first.length;
  const drain = (): void => shutDown(left > 0 ? first : last);
  stop.addEventListener('abort', drain, { once: true });
  try {
    const ends = workers.map(async (worker) => {
      try {
        await worker.run();
      } catch (error) {
        drain();
        throw error;
      } finally {
        if (!isLast(worker) && --left === 0) shutDown(last);
      }
    });
    if (stop.aborted) drain();
    const failed = (await Promise.allSettled(ends)).find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  } finally {
    stop.removeEventListener('abort', drain);
  }
}
