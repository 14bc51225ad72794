import type { Context } from '@temporalio/activity';
import { ApplicationFailure, defaultPayloadConverter } from '@temporalio/common';
import type { ActivityInterceptors, ActivityExecuteInput } from '@temporalio/worker';
import { toFailure } from './failure.ts';
import type { PokePolicy } from '../../dag/poke-policy.ts';
import { isNotYet, notYet, pokeHeader } from './poke.ts';
import { withinActivity, type RunningActivity } from './running-activity.ts';
import type { StepPlace } from './step-context.ts';
import type { StoredValues } from './stored-value.ts';

/** Header in which a workflow tells an activity its task; workflows/engine/interceptors.ts writes it. */
const taskHeader = 'tradewind-task';

/** How often a running activity tells that it lives. The server gives it up after 10 s of silence. */
const beatEvery = 2_000;

/** How long an activity may go on after it was cancelled, until its attempt is ended without it. */
const cancelGrace = 20_000;

/** Bytes of JSON that a result may have: half of Temporal's own limit. */
const largestResult = 1024 * 1024;

/** Where large values of an activity's run are. */
export type ValuesOf = (place: StepPlace, signal: AbortSignal) => StoredValues;

/**
 * What every activity of ours needs: it heartbeats by itself, keeps the last cursor, knows its place, logs it on every
 * line, fails in words that a workflow can act on, and ends when it is cancelled, even where its code does not listen.
 */
export function activityInterceptors(valuesOf: ValuesOf): (context: Context) => ActivityInterceptors {
  return (context) => ({
    inbound: {
      execute: async (input, next) => {
        const place = placeOf(context, input);
        places.set(context, place);
        const values = valuesOf(place, context.cancellationSignal);
        const activity: RunningActivity = { place, values, cursor: context.info.heartbeatDetails };
        // The last cursor is sent again: a beat without details would wipe it out.
        // A local activity is watched by its own worker; a beat of one is refused.
        const beat = setInterval(() => {
          if (!context.info.isLocal) context.heartbeat(activity.cursor);
        }, beatEvery);
        try {
          const result = await endedByCancel(
            context,
            withinActivity(activity, () => next(input)),
          );
          // The engine's own, which are local, measure what they give themselves.
          if (!context.info.isLocal) checkResult(context.info.activityType, result);
          const poke = pokeOf(input);
          if (poke !== undefined && isNotYet(result)) throw notYet(poke, context.info.attempt);
          return result;
        } catch (error) {
          throw toFailure(error, context.cancellationSignal);
        } finally {
          clearInterval(beat);
        }
      },
    },
    outbound: {
      getLogAttributes: (input, next) => next({ ...input, ...placeFields(context) }),
    },
  });
}

async function endedByCancel<Result>(context: Context, work: Promise<Result>): Promise<Result> {
  const { cancellationSignal: signal } = context;
  let timer: NodeJS.Timeout | undefined;
  const given = new Promise<never>((_, reject) => {
    const late = (): void => {
      timer = setTimeout(() => {
        context.log.warn('an activity did not stop when it was cancelled; its attempt ends without it');
        reject(new Error('cancelled'));
      }, cancelGrace);
    };
    if (signal.aborted) late();
    else signal.addEventListener('abort', late, { once: true });
  });
  try {
    return await Promise.race([work, given]);
  } finally {
    clearTimeout(timer);
  }
}

/** The place of the activity that a context belongs to, for its log lines. */
const places = new WeakMap<Context, StepPlace>();

function placeOf({ info }: Context, input: ActivityExecuteInput): StepPlace {
  const header = input.headers[taskHeader];
  const told = header === undefined ? undefined : defaultPayloadConverter.fromPayload<Partial<StepPlace>>(header);
  return {
    dagId: info.workflowType ?? '',
    // A part of a long map is a workflow of its own, and no run.
    runId: told?.runId ?? info.workflowExecution?.workflowId ?? '',
    taskId: told?.taskId ?? info.activityType,
    mapIndex: told?.mapIndex ?? -1,
    tryNumber: told?.tryNumber ?? 1,
    attempt: info.attempt,
  };
}

function pokeOf(input: ActivityExecuteInput): PokePolicy | undefined {
  const header = input.headers[pokeHeader];
  return header === undefined ? undefined : defaultPayloadConverter.fromPayload<PokePolicy>(header);
}

function placeFields(context: Context): Record<string, unknown> {
  const place = places.get(context);
  if (place === undefined) return {};
  const { dagId, runId, taskId, mapIndex, tryNumber, attempt } = place;
  return { dag: dagId, run: runId, task: taskId, mapIndex, try: tryNumber, attempt };
}

function checkResult(activityType: string, result: unknown): void {
  if (result === undefined) return;
  const text = JSON.stringify(result) ?? '';
  if (text.length * 3 <= largestResult) return;
  const bytes = Buffer.byteLength(text);
  if (bytes <= largestResult) return;
  throw ApplicationFailure.create({
    type: 'PayloadTooLarge',
    nonRetryable: true,
    message: `the result of activity ${activityType} is ${bytes} bytes of JSON, over the limit of ${largestResult}: put it in object storage and return its key`,
  });
}
