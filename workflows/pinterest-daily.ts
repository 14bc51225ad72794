import { z } from 'zod';
import type {
  AnswerResult,
  CleanResult,
  EngineActivities,
  IoActivities,
  LandResult,
} from '../activities/steps/contract.ts';
import type { Outcome } from '../dag/outcome.ts';
import { cron } from '../dag/timetable.ts';
import { drawModes } from '../pipeline/draw/draw-mode.ts';
import { answerManifest, cleanManifest, notebookFolder } from '../pipeline/notebooks.ts';
import { tableNames, type TableName } from '../pipeline/tables.ts';
import { activitiesOn } from './engine/activities-on.ts';
import { dag } from './engine/dag.ts';
import { skip } from './engine/failures.ts';
import { databricksNotebook } from './operators/databricks.ts';

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
      notebook: z
        .boolean()
        .default(false)
        .describe('whether notebooks of Databricks clean and answer as well, into tables of their own'),
      cleaning: z
        .enum(['duckdb', 'databricks'])
        .default('duckdb')
        .describe('who cleans and answers for the report: DuckDB, or notebooks alone, where data outgrows one machine'),
    }),
    defaultArgs: { retries: 3, retryDelay: '2 minutes', executionTimeout: '1 hour' },
  },
  ({ task, map }) => {
    const emulate = task('emulate', { run: (_, { params }) => io.emulate(params) });
    const land = map('land', tableNames, { needs: { emulate }, run: (table) => landTable(table) });
    const clean = map('clean', tableNames, {
      needs: { land },
      run: (table, { land: landed }, { params }) =>
        params.cleaning === 'duckdb'
          ? engine.clean({ table, landed: landingOf(table, landed) })
          : skip('notebooks clean in this run'),
    });
    const answers = task('answers', { needs: { clean }, run: ({ clean: cleaned }) => engine.answer({ cleaned }) });
    const cleanNotebook = map('cleanNotebook', tableNames, {
      needs: { land },
      doc: 'Cleans with Spark, into tables of its own. Skipped unless the params ask for notebooks.',
      run: async (table, { land: landed }, { params, runId }) => {
        if (!params.notebook && params.cleaning === 'duckdb') skip('no notebooks are asked for in this run');
        const { bucket, user } = await io.placeNotebooks({});
        const { output } = await databricksNotebook({
          notebookPath: `${notebookFolder}/clean_${table}`,
          baseParameters: { bucket, user, run: runId, ranges: rangesOf(landingOf(table, landed)) },
          output: cleanManifest,
        });
        return output;
      },
    });
    const queryNotebook = task('queryNotebook', {
      needs: { cleanNotebook },
      run: async ({ cleanNotebook: cleaned }, { runId }) => {
        const { bucket } = await io.placeNotebooks({});
        const versions = Object.fromEntries(cleaned.map(({ table, version }) => [table, version]));
        const { output } = await databricksNotebook({
          notebookPath: `${notebookFolder}/queries`,
          baseParameters: { bucket, run: runId, versions: JSON.stringify(versions) },
          output: answerManifest,
        });
        return output;
      },
    });
    task('report', {
      needs: { emulate, land, clean, answers, cleanNotebook, queryNotebook },
      triggerRule: 'all_done',
      doc: 'Runs whatever happened, and says what is missing.',
      run: (outcomes, { params, logicalDate, dataInterval }) => {
        const [cleaned, answered] =
          params.cleaning === 'duckdb'
            ? [outcomes.clean, outcomes.answers]
            : [outcomes.cleanNotebook, outcomes.queryNotebook];
        return io.report({
          emulated: valueOf(outcomes.emulate),
          landed: valuesOf(outcomes.land),
          cleaned: valuesOf<CleanResult>(cleaned),
          answers: valueOf<AnswerResult>(answered),
          failure: failureOf([outcomes.emulate, ...outcomes.land, ...cleaned, answered]),
          logicalDate: logicalDate.toISOString(),
          dataInterval: { start: dataInterval.start.toISOString(), end: dataInterval.end.toISOString() },
        });
      },
    });
    task('verify', {
      needs: { land, clean, answers, cleanNotebook, queryNotebook },
      triggerRule: 'none_failed',
      doc: 'A leaf that fails when anything before it failed, since a report that succeeds must not hide it.',
      run: (outcomes) =>
        engine.verify({
          landed: valuesOf(outcomes.land) ?? [],
          cleaned: valuesOf(outcomes.clean) ?? [],
          answers: valueOf(outcomes.answers),
          notebookAnswers: valueOf(outcomes.queryNotebook),
        }),
    });
  },
);

/** What a cleaning notebook is told of its offsets. */
function rangesOf({ partitions }: LandResult): string {
  return JSON.stringify(partitions.map(({ partition, from, to }) => ({ partition, from, to })));
}

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
