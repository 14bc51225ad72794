import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { invalidParameter } from '../api-error.ts';
import { flag, integer, parseRequest, type JsonObject } from '../fields.ts';
import { viewContext, type LocalWorkspace } from '../local-workspace.ts';
import { pageToken, pageTokenField, positionOf } from '../page-token.ts';
import { currentTaskRuns, type Run, type TaskRun } from '../run-model.ts';
import { runPage } from '../run-page.ts';
import { parseRepair, parseRunNow, parseSubmit } from '../run-requests.ts';
import { runView, taskRunView } from '../run-view.ts';
import { requireJob } from './jobs.ts';

const idSchema = z.looseObject({ run_id: integer });
const getSchema = z.looseObject({
  run_id: integer,
  include_history: flag.optional(),
  page_token: pageTokenField,
});
const listSchema = z.looseObject({
  job_id: integer.optional(),
  active_only: flag.optional(),
  completed_only: flag.optional(),
  run_type: z.enum(['JOB_RUN', 'SUBMIT_RUN', 'WORKFLOW_RUN']).optional(),
  expand_tasks: flag.optional(),
  start_time_from: integer.optional(),
  start_time_to: integer.optional(),
  limit: integer.optional(),
  offset: integer.optional(),
  page_token: pageTokenField,
});
const cancelAllSchema = z.looseObject({ job_id: integer.optional(), all_queued_runs: flag.optional() });

/** First bytes of what `dbutils.notebook.exit` was given that the API shows. */
const maxResultBytes = 5 * 1024 * 1024;

/** runs/*, and run-now. */
export function runRoutes(app: FastifyInstance, local: LocalWorkspace): void {
  const { book, keeper, now } = local;
  const request = { userName: local.userName, hasCluster: local.clusters.has };
  const jobOf = (jobId: number) => requireJob(local, jobId);

  app.post('/jobs/runs/submit', async ({ body }) => {
    const run = book.createRun(parseSubmit(body, request), now());
    keeper.pump();
    return { run_id: run.runId };
  });
  app.post('/jobs/run-now', async ({ body }) => {
    const run = book.createRun(parseRunNow(body, jobOf, request), now());
    keeper.pump();
    return { run_id: run.runId, number_in_job: run.runId };
  });
  app.get('/jobs/runs/get', async ({ query, host }) => {
    const { run_id: id, include_history: history, page_token: token } = parseRequest(getSchema, query);
    const context = viewContext(local, host);
    const found = book.find(id);
    if (found !== undefined) return taskRunView(found.run, found.taskRun, context);
    const tasksFrom = token === undefined ? 0 : positionOf('tasks', token);
    const { view, nextTask } = runView(book.requireRun(id), { tasksFrom, history }, context);
    return nextTask === undefined ? view : { ...view, next_page_token: pageToken('tasks', nextTask) };
  });
  app.get('/jobs/runs/get-output', async ({ query, host }) => {
    const { run, taskRun } = oneTask(parseRequest(idSchema, query).run_id, 'output');
    return outputOf(taskRun, taskRunView(run, taskRun, viewContext(local, host)));
  });
  app.get('/jobs/runs/export', async ({ query, host }) => {
    const { run, taskRun } = oneTask(parseRequest(idSchema, query).run_id, 'export');
    const task = run.tasks.find(({ task_key: key }) => key === taskRun.taskKey);
    const name = task?.notebook_task?.notebook_path.split('/').at(-1) ?? taskRun.taskKey;
    const content = runPage(run, taskRun, {
      logFile: keeper.logFile(taskRun.runId),
      context: viewContext(local, host),
    });
    return { views: [{ content, name, type: 'NOTEBOOK' }] };
  });
  app.get('/jobs/runs/list', async ({ query, host, url }) => {
    const asked = parseRequest(listSchema, query);
    // Version 2.0 took up to a thousand.
    const most = url.startsWith('/api/2.0/') ? 1_000 : 25;
    const limit = asked.limit ?? 20;
    if (limit < 1 || limit > most)
      throw invalidParameter(`Invalid limit: ${limit}. The limit must be between 1 and ${most}.`);
    if (asked.active_only === true && asked.completed_only === true) {
      throw invalidParameter('Only one of active_only or completed_only can be true.');
    }
    // Newest first; a token names the run after which its page comes, so that new runs shift nothing.
    const before = asked.page_token === undefined ? Infinity : positionOf('runs', asked.page_token);
    const fitting = [...book.state.runs.values()]
      .filter((run) => run.runId < before && fits(run, asked))
      .toSorted((one, other) => other.runId - one.runId)
      .slice(asked.offset ?? 0);
    const page = fitting.slice(0, limit);
    const last = page.at(-1);
    const more = fitting.length > page.length && last !== undefined;
    const tasksFrom = asked.expand_tasks === true ? 0 : undefined;
    return {
      ...(page.length === 0
        ? {}
        : { runs: page.map((run) => runView(run, { tasksFrom }, viewContext(local, host)).view) }),
      has_more: more,
      ...(more ? { next_page_token: pageToken('runs', last.runId) } : {}),
    };
  });
  app.post('/jobs/runs/cancel', async ({ body }) => {
    const { run_id: id } = parseRequest(idSchema, body);
    const task = book.find(id);
    if (task === undefined) keeper.cancel(id);
    else keeper.cancel(task.run.runId, id);
    return {};
  });
  app.post('/jobs/runs/cancel-all', async ({ body }) => {
    const { job_id: jobId, all_queued_runs: queued = false } = parseRequest(cancelAllSchema, body);
    if (jobId === undefined && !queued) throw invalidParameter('Missing required field: job_id');
    if (jobId !== undefined) requireJob(local, jobId);
    const ids = [...book.state.active].flatMap(([job, runs]) =>
      jobId === undefined || job === jobId ? [...runs] : [],
    );
    // Those that wait first: else each would get its turn when the one before it ends.
    const runs = ids.map(book.requireRun).toSorted((one, other) => Number(other.held) - Number(one.held));
    for (const run of runs) if (jobId !== undefined || run.held) keeper.cancel(run.runId);
    return {};
  });
  app.post('/jobs/runs/delete', async ({ body }) => {
    book.deleteRun(parseRequest(idSchema, body).run_id);
    return {};
  });
  app.post('/jobs/runs/repair', async ({ body }) => {
    const repairId = book.repair(parseRepair(body), now());
    keeper.pump();
    return { repair_id: repairId };
  });

  /** The run of a task, by its own id, or by that of a run with one task. */
  const oneTask = (id: number, what: string): { readonly run: Run; readonly taskRun: TaskRun } => {
    const found = book.find(id);
    if (found !== undefined) return found;
    const run = book.requireRun(id);
    const [taskRun, ...others] = currentTaskRuns(run);
    if (taskRun === undefined || others.length > 0) {
      throw invalidParameter(
        `Retrieving the ${what} of runs with multiple tasks is not supported. Please retrieve the ${what} of each individual task run instead.`,
      );
    }
    return { run, taskRun };
  };
}

function fits(run: Run, asked: z.output<typeof listSchema>): boolean {
  const over = run.endedAt !== undefined;
  return (
    (asked.job_id === undefined || run.jobId === asked.job_id) &&
    (asked.active_only !== true || !over) &&
    (asked.completed_only !== true || over) &&
    (asked.run_type === undefined || run.type === asked.run_type) &&
    (asked.start_time_from === undefined || run.createdAt >= asked.start_time_from) &&
    (asked.start_time_to === undefined || run.createdAt <= asked.start_time_to)
  );
}

function outputOf({ end }: TaskRun, metadata: JsonObject): JsonObject {
  const bytes = Buffer.from(end?.exit ?? '');
  const truncated = bytes.length > maxResultBytes;
  // A character that the cut would halve is left out.
  const result = truncated
    ? new TextDecoder('utf-8').decode(bytes.subarray(0, maxResultBytes), { stream: true })
    : end?.exit;
  return {
    metadata,
    notebook_output: result === undefined ? {} : { result, truncated },
    ...(end?.error === undefined ? {} : { error: end.error }),
    ...(end?.trace === undefined ? {} : { error_trace: end.trace }),
  };
}
