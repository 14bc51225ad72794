import {
  ActivityCancellationType,
  proxyActivities,
  workflowInfo,
  type ActivityOptions,
  type UntypedActivities,
} from '@temporalio/workflow';
import { currentTask, outsideOfWorkflows } from './current-task.ts';

/** Roles that run activities: `io` waits for other systems, `engine` uses its machine's cores and memory. */
export type ActivityRole = 'io' | 'engine';

const orchestration = '-orchestration';

/**
 * Attempts, as opposed to tries: they mend weather and lost workers, within seconds, and are bounded by the try's
 * executionTimeout alone, since a deploy costs an attempt, too. A lost worker is noticed when its heartbeats stay away.
 */
const profile: ActivityOptions = {
  // In milliseconds, since they are read for each activity anew.
  startToCloseTimeout: 30 * 86_400_000,
  heartbeatTimeout: 10_000,
  retry: { initialInterval: 250, backoffCoefficient: 2, maximumInterval: 30_000 },
  // A try that is given up has ended when its activity has, so that two tries never work side by side.
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
};

/**
 * The activities of a role, to be called from a task's `run`. They go to the queue beside the run's own:
 * `<name>-orchestration` has `<name>-io` and `<name>-engine`, so that a graph never depends on the environment; those of a task that
 * names a queue to `<name>-io-<queue>`.
 * `giveUpAfter` (milliseconds) bounds the attempts of what is not worth more; a try's executionTimeout does so for the rest.
 *
 * @example const io = activitiesOn<IoActivities>('io');
 */
export function activitiesOn<Activities extends object>(
  role: ActivityRole,
  { giveUpAfter }: { readonly giveUpAfter?: number } = {},
): Activities {
  const proxies = new Map<string, UntypedActivities>();
  return new Proxy({} as Activities, {
    get: (_, name) => {
      if (typeof name !== 'string') return undefined;
      return (...args: unknown[]) => {
        const outside = outsideOfWorkflows()?.activity(role, name, args);
        if (outside !== undefined) return outside;
        // The run's queue is known when a task runs, not when a module is evaluated.
        const taskQueue = queueOf(role, workflowInfo().taskQueue, currentTask()?.queue);
        let activities = proxies.get(taskQueue);
        if (activities === undefined) {
          const limit = giveUpAfter === undefined ? {} : { scheduleToCloseTimeout: giveUpAfter };
          activities = proxyActivities({ ...profile, taskQueue, ...limit });
          proxies.set(taskQueue, activities);
        }
        return activities[name]?.(...args);
      };
    },
  });
}

function queueOf(role: ActivityRole, taskQueue: string, queue: string | undefined): string {
  const ofRole = queueBeside(taskQueue, role);
  return queue === undefined ? ofRole : `${ofRole}-${queue}`;
}

/** The task queue of a role beside a run's own. */
export function queueBeside(taskQueue: string, role: ActivityRole | 'control'): string {
  const base = taskQueue.endsWith(orchestration) ? taskQueue.slice(0, -orchestration.length) : taskQueue;
  return `${base}-${role}`;
}
