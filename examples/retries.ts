import { activitiesOn } from '../workflows/engine/activities-on.ts';
import { dag } from '../workflows/engine/dag.ts';
import type { ExampleActivities } from './activities.ts';

const io = activitiesOn<ExampleActivities>('io');

/**
 * Tries. Airflow: `retries`, `retry_delay`, `retry_exponential_backoff`, `execution_timeout`, and the retry policies of 3.3. A lost
 * worker or a connection that breaks costs no try: Temporal calls the activity again within seconds.
 */
export const stubbornLoad = dag(
  'stubbornLoad',
  { schedule: null, defaultArgs: { retries: 3, retryDelay: '5 minutes', executionTimeout: '1 hour' } },
  ({ task }) => {
    const orders = task('orders', {
      retryExponentialBackoff: true,
      maxRetryDelay: '15 minutes',
      run: () => io.load({ file: 'orders.csv' }),
    });
    // Decides by the error: no further try, one after a delay of its own, or as the options say.
    task('returns', {
      after: [orders],
      retryPolicy: ({ message }) => {
        if (message.includes('forbidden')) return 'fail';
        return message.includes('too many requests') ? { delay: '1 minute' } : 'retry';
      },
      run: () => io.load({ file: 'returns.csv' }),
    });
  },
);
