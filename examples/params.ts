import { z } from 'zod';
import { activitiesOn } from '../workflows/engine/activities-on.ts';
import { dag } from '../workflows/engine/dag.ts';
import type { ExampleActivities } from './activities.ts';

const io = activitiesOn<ExampleActivities>('io');

/**
 * Params. Airflow: `params` with `Param(...)`, and `dag_run.conf`. One zod object is type, defaults, limits and words for people;
 * `tw dags show --json` prints it as JSON Schema. A run with params that are wrong fails at once, and says all that is wrong. With a
 * schedule, each param has a default.
 */
export const askedFor = dag(
  'askedFor',
  {
    schedule: null,
    params: z.object({
      source: z.enum(['orders', 'returns']).default('orders').describe('what is loaded'),
      days: z.number().int().min(1).max(31).default(1).describe('how many days back'),
      note: z.string().optional().describe('who asked, and why'),
    }),
  },
  ({ map, task }) => {
    const days = task('days', { run: (_, { params }) => Array.from({ length: params.days }, (__, back) => back) });
    map('load', days, { run: (back, __, { params }) => io.load({ file: `${params.source}-${back}.csv` }) });
  },
);
