import { z } from 'zod';
import type { EngineActivities, IoActivities, LandResult } from '../activities/steps/contract.ts';
import type { Outcome } from '../dag/outcome.ts';
import { cron } from '../dag/timetable.ts';
import { drawModes } from '../pipeline/draw/draw-mode.ts';
import { tableNames, type TableName } from '../pipeline/tables.ts';
import { activitiesOn } from './engine/activities-on.ts';
import { dag } from './engine/dag.ts';

const io = activitiesOn<IoActivities>('io');
const engine = activitiesOn<EngineActivities>('engine');

/** The daily batch: posts, landed, cleaned, answered, reported, and all of it verified. */
export const pinterestDaily = dag(
  'pinterestDaily',
  {
    description:
      'Emulate a day of Pinterest posts, land them in S3, clean them into Delta tables, answer the eight questions',
    schedule: cron('@daily', { timezone: 'UTC' }),
    catchup: false,
    maxActiveRuns: 1,
    tags: ['pinterest', 'batch'],
    params: z.object({
      posts: z.number().int().min(1).default(1_000).describe('posts to take from the draw'),
      draw: z.enum(drawModes).default('course').describe('how posts are chosen'),
      seed: z.number().int().min(0).default(100).describe('seed of the draw'),
      rate: z
        .union([z.number().positive(), z.literal('course')])
        .nullable()
        .default(null)
        .describe("posts a second; null = as fast as it goes, course = the course's pace"),
      timestamps: z.enum(['space', 'iso']).default('space').describe('wire format of timestamps'),
      rows: z.string().min(1).nullable().default(null).describe('object storage prefix of posts to use instead'),
    }),
    defaultArgs: { retries: 3, retryDelay: '2 minutes', executionTimeout: '1 hour' },
  },
  ({ task, map }) => {
    const emulate = task('emulate', { run: (_, { params }) => io.emulate(params) });
    const land = map('land', tableNames, { needs: { emulate }, run: (table) => landTable(table) });
    const clean = map('clean', tableNames, {
      needs: { land },
      run: (table, { land: landed }) => engine.clean({ table, landed: landingOf(table, landed) }),
    });
    const answers = task('answers', { needs: { clean }, run: ({ clean: cleaned }) => engine.answer({ cleaned }) });
    task('report', {
      needs: { emulate, land, clean, answers },
      triggerRule: 'all_done',
      doc: 'Runs whatever happened, and says what is missing.',
      run: (outcomes, { logicalDate, dataInterval }) =>
        io.report({
          emulated: valueOf(outcomes.emulate),
          landed: valuesOf(outcomes.land),
          cleaned: valuesOf(outcomes.clean),
          answers: valueOf(outcomes.answers),
          failure: failureOf([outcomes.emulate, ...outcomes.land, ...outcomes.clean, outcomes.answers]),
          logicalDate: logicalDate.toISOString(),
          dataInterval: { start: dataInterval.start.toISOString(), end: dataInterval.end.toISOString() },
        }),
    });
    task('verify', {
      needs: { land, clean, answers },
      doc: 'A leaf that fails when anything before it failed, since a report that succeeds must not hide it.',
      run: ({ land: landed, clean: cleaned, answers: answered }) =>
        engine.verify({ landed, cleaned, answers: answered }),
    });
  },
);

async function landTable(table: TableName): Promise<LandResult> {
  const ranges = await io.planLanding({ table });
  return { table, partitions: await Promise.all(ranges.map((range) => io.landPartition({ table, range }))) };
}

function valueOf<Value>(outcome: Outcome<Value>): Value | null {
  return outcome.state === 'success' ? outcome.value : null;
}

/** Those that there are; `null` when there is none. */
function valuesOf<Value>(outcomes: readonly Outcome<Value>[]): readonly Value[] | null {
  const values = outcomes.flatMap((outcome) => (outcome.state === 'success' ? [outcome.value] : []));
  return values.length > 0 ? values : null;
}

/** The first failure, since what came after it failed for its sake. */
function failureOf(outcomes: readonly Outcome<unknown>[]): string | null {
  const failed = outcomes.find((outcome) => outcome.state === 'failed');
  if (failed !== undefined) return failed.error.message;
  return outcomes.some(({ state }) => state !== 'success') ? 'a task was skipped' : null;
}

function landingOf(table: TableName, landed: readonly LandResult[]): LandResult {
  const found = landed.find((one) => one.table === table);
  if (found === undefined) throw new Error(`no landing of table ${table} was given`);
  return found;
}
