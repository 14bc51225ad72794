import { ApplicationFailure, defaultPayloadConverter } from '@temporalio/common';
import { CancellationScope, patched, workflowInfo, type WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { currentTask, followWork } from './current-task.ts';
import { failureTypes } from './failures.ts';
import { payloadBudget } from './payload-budget.ts';
import { payloadText } from './payload-size.ts';
import { openPlaces } from './places.ts';

/** Header that tells an activity which task and try it works for; activities/shared/interceptor.ts reads it. */
export const taskHeader = 'tradewind-task';

/** Header that makes an activity a sensor's poke; activities/shared/poke.ts says what that is. */
const pokeHeader = 'tradewind-poke';

/**
 * Marks what tasks do: activities and timers carry the task's name in the Temporal UI, activities are told their task and
 * try, log lines name DAG, run, task, map index and try, and an input that would make Temporal hang is refused. Updates are refused
 * while a local activity is under way, since a replay would have its result before them (settled.ts).
 */
export const interceptors: WorkflowInterceptorsFactory = () => {
  const overBudget = payloadBudget();
  const places = openPlaces();
  const childPlaces = openPlaces(undefined, () => patched('children-have-places'));
  /** Local activities under way. */
  let local = 0;
  return {
    inbound: [
      {
        validateUpdate: (input, next) => {
          if (local > 0) {
            const message = `run ${workflowInfo().workflowId} is just asking for its turn or its slots, or keeping its record: say it again in a moment`;
            throw ApplicationFailure.nonRetryable(message, failureTypes.busy);
          }
          next(input);
        },
      },
    ],
    outbound: [
      {
        scheduleLocalActivity: (input, next) => {
          local++;
          const attempt = next(input);
          const ended = (): void => void local--;
          attempt.then(ended, ended);
          return attempt;
        },
        // Not async: the SDK notes a stack for every promise, and an activity would have some more.
        scheduleActivity: (input, next) => {
          const task = currentTask();
          if (task === undefined) return next(input);
          let characters = 0;
          try {
            for (const value of input.args) {
              characters +=
                payloadText(`${task.label}: the input of activity ${input.activityType}`, value)?.length ?? 0;
            }
          } catch (error) {
            return Promise.reject(error);
          }
          const { taskId, mapIndex, tryNumber, poke } = task;
          // A run's own activities find its id with their workflow.
          const { runId } = task.run;
          const run = runId === workflowInfo().workflowId ? {} : { runId };
          const begin = (): Promise<unknown> => {
            const wait = overBudget(characters);
            if (wait !== undefined) return wait.then(begin);
            // Not by spreading, which the bundle does in code of its own, property by property: the profile showed it.
            return next(
              Object.assign({}, input, {
                headers: Object.assign({}, input.headers, {
                  [taskHeader]: defaultPayloadConverter.toPayload({ ...run, taskId, mapIndex, tryNumber }),
                  ...(poke !== undefined && { [pokeHeader]: defaultPayloadConverter.toPayload(poke.policy) }),
                }),
                options: Object.assign({}, input.options, {
                  summary: input.options.summary ?? task.label,
                  ...(typeof poke?.limit === 'number' && { startToCloseTimeout: poke.limit }),
                }),
              }),
            );
          };
          const room = places.take(cancelled);
          if (room === undefined) return followWork(task.work, 'activities', begin(), places.leave);
          const placed = room.then(() => begin().finally(places.leave));
          return followWork(task.work, 'activities', placed);
        },
        startChildWorkflowExecution: (input, next) => {
          const sizes = input.options.args.map(
            (value) => payloadText(`the input of ${input.options.workflowId}`, value)?.length ?? 0,
          );
          const characters = sizes.reduce((sum, size) => sum + size, 0);
          const begin = (): ReturnType<typeof next> => {
            const wait = overBudget(characters);
            return wait === undefined ? next(input) : wait.then(begin);
          };
          const place = (): ReturnType<typeof next> => {
            const begun = begin();
            begun.then(([, ended]) => ended.then(childPlaces.leave, childPlaces.leave), childPlaces.leave);
            return begun;
          };
          // Whoever starts a run out of reach of his own cancellation is cancelled while he waits: the shield knows of it.
          const room = childPlaces.take(cancelled);
          return room === undefined ? place() : room.then(place);
        },
        startTimer: (input, next) => {
          const task = currentTask();
          if (task === undefined) return next(input);
          const summary = input.options?.summary ?? task.label;
          return followWork(task.work, 'timers', next({ ...input, options: { ...input.options, summary } }));
        },
        getLogAttributes: (input, next) => {
          const { workflowType, workflowId, runId: temporalRunId } = workflowInfo();
          const task = currentTask();
          const place = task && {
            run: task.run.runId,
            task: task.taskId,
            mapIndex: task.mapIndex,
            try: task.tryNumber,
          };
          // Temporal's own by a name of its own, since a line may tell of another run as `runId`; workers/logging.ts names them for people.
          return next({ ...input, temporalRunId, dag: workflowType, run: workflowId, ...place });
        },
      },
    ],
  };
};

function cancelled(): Promise<never> {
  return CancellationScope.current().cancelRequested;
}
