import { Context } from '@temporalio/activity';
import { runningActivity } from './running-activity.ts';
import type { StepContext } from './step-context.ts';

/**
 * A step as a Temporal activity. The worker's interceptor (interceptor.ts) must be installed, since it keeps the place and
 * the cursor.
 */
export function asActivity<Input, Result>(
  step: (input: Input, context: StepContext) => Promise<Result>,
): (input: Input) => Promise<Result> {
  return (input) => step(input, stepContext(Context.current()));
}

function stepContext(context: Context): StepContext {
  const activity = runningActivity();
  if (activity === undefined) throw new Error('the worker runs without the activity interceptor');
  return {
    place: activity.place,
    log: {
      debug: (message, fields) => context.log.debug(message, { ...fields }),
      info: (message, fields) => context.log.info(message, { ...fields }),
      warn: (message, fields) => context.log.warn(message, { ...fields }),
      error: (message, fields) => context.log.error(message, { ...fields }),
    },
    signal: context.cancellationSignal,
    resumed: activity.cursor,
    values: activity.values,
    heartbeat: (cursor) => {
      activity.cursor = cursor;
      context.heartbeat(cursor);
    },
  };
}
