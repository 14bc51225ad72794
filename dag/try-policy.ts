import type { TryPolicy } from './definition.ts';
import { durationMs, type Duration } from './duration.ts';
import type { TryOptions } from './options.ts';

/** How a task is tried, complete with Airflow's defaults. What is wrong is told to `say`, which throws. */
export function tryPolicy(options: TryOptions, say: (text: string) => never): TryPolicy {
  const { retries = 0, retryExponentialBackoff = false } = options;
  if (!Number.isInteger(retries) || retries < 0) say(`retries is ${retries}; it is a whole number from 0`);
  const retryBackoff = retryExponentialBackoff === true ? 2 : retryExponentialBackoff || 1;
  if (!(retryBackoff >= 1)) say(`retryExponentialBackoff is ${retryBackoff}; it is true, or a factor from 1`);
  const ms = (name: keyof TryOptions, text: Duration): number =>
    durationMs(text) ?? say(`${name} is '${text}'; write a number and a unit, for example '2 minutes'`);
  const timeout = options.executionTimeout == null ? null : ms('executionTimeout', options.executionTimeout);
  if (timeout === 0) say('executionTimeout is 0: no try could succeed; leave it out for no limit');
  return {
    retries,
    retryDelay: ms('retryDelay', options.retryDelay ?? '5 minutes'),
    retryBackoff,
    maxRetryDelay: ms('maxRetryDelay', options.maxRetryDelay ?? '24 hours'),
    executionTimeout: timeout,
    ...(options.retryPolicy !== undefined && { retryPolicy: retryPolicy(options.retryPolicy) }),
  };
}

function retryPolicy(decide: NonNullable<TryOptions['retryPolicy']>): NonNullable<TryPolicy['retryPolicy']> {
  return (error) => {
    const said = decide(error);
    if (said === 'retry' || said === 'fail') return said;
    const delay = durationMs(said.delay);
    if (delay === undefined)
      throw new Error(`the delay is '${said.delay}'; write a number and a unit, for example '2 minutes'`);
    return { delay };
  };
}
