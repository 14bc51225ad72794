import type { Duration } from '../../dag/duration.ts';
import { taskOfOperator } from '../engine/current-task.ts';
import { instantText } from '../engine/search-attributes.ts';
import { instantOf } from './instant.ts';
import { millisecondsOf } from './milliseconds.ts';

/**
 * Waits until an instant (Airflow's DateTimeSensor): a Date, or ISO 8601 text with its offset. One that is past is no wait. The
 * state is `deferred`; as in Airflow the task's executionTimeout goes on meanwhile.
 */
export async function waitUntil(instant: Date | string): Promise<void> {
  const { label, waiting, host } = taskOfOperator('waitUntil');
  const at = instantOf(instant);
  const left = at.getTime() - host.now();
  if (left <= 0) return;
  const what = `until ${instantText(at)}`;
  const end = waiting.begin({ state: 'deferred', what });
  try {
    await host.sleep(left, `${label}: ${what}`);
  } finally {
    const back = end();
    if (back !== undefined) await back;
  }
}

/**
 * Waits for a length of time, counted from now; or from `after`, for example `dataInterval.end`, which is Airflow's
 * TimeDeltaSensor. Else as {@link waitUntil}.
 */
export async function waitFor(duration: Duration, { after }: { readonly after?: Date } = {}): Promise<void> {
  const { host } = taskOfOperator('waitFor');
  const ms = millisecondsOf('the duration', duration);
  await waitUntil(new Date((after?.getTime() ?? host.now()) + ms));
}
