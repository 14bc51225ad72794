import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { integer, parseRequest } from '../fields.ts';
import { viewContext, type LocalWorkspace } from '../local-workspace.ts';
import { currentTaskRuns } from '../run-model.ts';
import { overviewPage, runPage } from '../run-page.ts';

const paramsSchema = z.object({ jobId: integer, runId: integer });
const keySchema = z.looseObject({ k: z.string().default('') });

/** Pages for people, at the addresses that `run_page_url` gives. The key in the address opens that one page. */
export function pageRoutes(app: FastifyInstance, local: LocalWorkspace): void {
  const { book, keeper, tokens } = local;
  app.get('/jobs/:jobId/runs/:runId', async ({ params, query, host }, reply) => {
    const { runId } = parseRequest(paramsSchema, params);
    if (!tokens.isPageKey(runId, parseRequest(keySchema, query).k)) {
      throw new ApiError(403, 'PERMISSION_DENIED', 'Open the page by the run_page_url of the run.');
    }
    const context = viewContext(local, host);
    const found = book.find(runId);
    const run = found?.run ?? book.requireRun(runId);
    const tasks = currentTaskRuns(run);
    const taskRun = found?.taskRun ?? (tasks.length === 1 ? tasks[0] : undefined);
    const html =
      taskRun === undefined
        ? overviewPage(run, context)
        : runPage(run, taskRun, { logFile: keeper.logFile(taskRun.runId), context });
    return await reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer')
      .send(html);
  });
}
