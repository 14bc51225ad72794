import { cron } from '../../dag/timetable.ts';
import { activitiesOn } from '../../workflows/engine/activities-on.ts';
import { dag } from '../../workflows/engine/dag.ts';
import { notifySlack } from '../../workflows/operators/notify.ts';
import { s3KeySensor } from '../../workflows/operators/s3-key-sensor.ts';

/** What `shop` does in Python. */
export interface OrdersActivities {
  loadMonth(input: { readonly month: string }): Promise<number>;
  loadDay(input: { readonly day: string }): Promise<number>;
  publish(input: { readonly rows: number }): Promise<void>;
  writeReport(): Promise<void>;
}

const shop = activitiesOn<OrdersActivities>('io');

const dayOf = (date: Date): string => date.toISOString().slice(0, 10);

/** Orders, when their export is complete: the whole month on its first day, else the day. */
export const ordersEtl = dag(
  'ordersEtl',
  {
    schedule: cron('0 5 * * *', { timezone: 'Europe/Berlin' }),
    startDate: '2026-03-01',
    maxActiveRuns: 1,
    defaultArgs: { retries: 3, retryDelay: '5 minutes', executionTimeout: '1 hour' },
    onFailureCallback: (event) => notifySlack({ channel: 'ops', event }),
  },
  ({ task, branch, shortCircuit }) => {
    const waitForExport = task('waitForExport', {
      run: (_, { dataInterval }) =>
        s3KeySensor({
          bucketKey: `exports/${dayOf(dataInterval.start)}/_SUCCESS`,
          pokeInterval: '5 minutes',
          timeout: '6 hours',
        }),
    });
    const pick = branch('pick', {
      after: [waitForExport],
      choices: ['loadMonth', 'loadDay'],
      run: (_, { logicalDate }) => (logicalDate.getUTCDate() === 1 ? 'loadMonth' : 'loadDay'),
    });
    const month = task('loadMonth', {
      after: [pick],
      run: (_, { logicalDate }) => shop.loadMonth({ month: dayOf(logicalDate).slice(0, 7) }),
    });
    const day = task('loadDay', {
      after: [pick],
      run: (_, { logicalDate }) => shop.loadDay({ day: dayOf(logicalDate) }),
    });
    const publish = task('publish', {
      needs: { month, day },
      triggerRule: 'none_failed_min_one_success',
      run: async (loads) => {
        for (const load of [loads.month, loads.day]) {
          if (load.state === 'success') await shop.publish({ rows: load.value });
        }
      },
    });
    const isMonday = shortCircuit('isMonday', {
      after: [publish],
      run: (_, { logicalDate }) => logicalDate.getUTCDay() === 1,
    });
    task('report', { after: [isMonday], run: () => shop.writeReport() });
  },
);
