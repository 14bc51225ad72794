import type { CallbackEvent } from '../dag/definition.ts';
import { activitiesOn } from '../workflows/engine/activities-on.ts';
import { dag } from '../workflows/engine/dag.ts';
import { notifyEmail, notifySlack } from '../workflows/operators/notify.ts';
import type { ExampleActivities } from './activities.ts';

const io = activitiesOn<ExampleActivities>('io');

/** Where `ops` is, the settings of the worker say (`TW_NOTIFY_WEBHOOKS`), so that no DAG holds an address. */
const tellOps = (event: CallbackEvent): Promise<boolean> => notifySlack({ channel: 'ops', event });

/**
 * Callbacks and notifiers. Airflow: `on_failure_callback` and its kin, SlackWebhookNotifier, SmtpNotifier. A callback is workflow
 * code: it outlives any process, and neither task nor run waits for it or fails with it.
 */
export const watchedLoad = dag(
  'watchedLoad',
  {
    schedule: null,
    onFailureCallback: [tellOps, (event) => notifyEmail({ channel: 'owners', event })],
    defaultArgs: { retries: 1, retryDelay: '5 minutes', onRetryCallback: tellOps },
  },
  ({ task }) => {
    task('load', {
      onSuccessCallback: ({ label, tryNumber }) =>
        notifySlack({ channel: 'ops', text: `${label} took ${tryNumber === 1 ? 'one try' : `${tryNumber} tries`}` }),
      run: () => io.load({ file: 'orders.csv' }),
    });
  },
);
