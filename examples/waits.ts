import { z } from 'zod';
import { cron } from '../dag/timetable.ts';
import { dag } from '../workflows/engine/dag.ts';
import { waitForSignal } from '../workflows/operators/wait-for-signal.ts';
import { waitFor, waitUntil } from '../workflows/operators/wait-until.ts';

/**
 * Waits for time. Airflow: TimeDeltaSensor, DateTimeSensor and their deferrable forms. A wait of months is one timer, and
 * needs no triggerer.
 */
export const laterInTheDay = dag('laterInTheDay', { schedule: cron('@daily') }, ({ task }) => {
  // Counted from the end of the run's data, from now, and until an instant.
  const settled = task('settled', { run: (_, { dataInterval }) => waitFor('2 hours', { after: dataInterval.end }) });
  const rested = task('rested', { after: [settled], run: () => waitFor('30 minutes') });
  task('atNine', {
    after: [rested],
    run: (_, { dataInterval }) => waitUntil(`${dataInterval.end.toISOString().slice(0, 10)}T09:00:00+01:00`),
  });
});

/**
 * Waits for another system to speak up. Airflow has a sensor that asks for it, or a trigger of one's own. Whoever knows the run's
 * id may signal it: `temporal workflow signal --workflow-id <run id> --name ready --input '{"rows": 3}'`.
 */
export const awaitedSignal = dag('awaitedSignal', { schedule: null }, ({ task }) => {
  const ready = task('ready', {
    run: () => waitForSignal('ready', z.object({ rows: z.number() }), { timeout: '1 day' }),
  });
  task('tell', { needs: { ready }, run: ({ ready: { rows } }) => `${rows} rows are ready` });
});
