import { z } from 'zod';
import { defineDag } from '../../../dag/define-dag.ts';
import { cron } from '../../../dag/timetable.ts';

const run = () => null;

/** A DAG with every kind of edge, a map, a group, a branch, another rule and params of several kinds. */
export const sampleDag = defineDag(
  'sample',
  {
    description: 'one of each',
    schedule: cron('0 6 * * *', { timezone: 'Europe/London' }),
    startDate: '2026-03-01',
    endDate: '2026-03-31',
    params: z.object({
      posts: z.number().int().min(1).default(10).describe('how many'),
      mode: z.enum(['a', 'b']).default('a'),
      name: z.string().min(2).max(9).nullable().default(null),
      sizes: z.array(z.number()).min(1).default([1]),
      share: z.number().positive().lt(1).multipleOf(0.25).default(0.5),
      day: z.iso.date().default('2026-03-01'),
      code: z
        .string()
        .regex(/^[A-Z]$/)
        .default('A'),
    }),
    defaultArgs: { retries: 2, retryDelay: '1 minute' },
  },
  ({ task, map, group }) => {
    const get = task('get', { run: () => ['x'] });
    const clean = map('clean', ['x', 'y'], { needs: { get }, run });
    const other = task('other', { after: [get], retries: 0, executionTimeout: '1 hour', run });
    task('report', { needs: { clean }, after: [other], triggerRule: 'all_done', doc: 'Always.', run });
    group('tail', {}, (tail) => {
      const choose = tail.branch('choose', { choices: ['yes'], run: () => 'yes' });
      tail.task('yes', { after: [choose], run });
      tail.map('each', get, { run });
    });
  },
);
