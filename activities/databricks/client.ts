import { z } from 'zod';
import { AdapterError } from '../shared/adapter-error.ts';
import type { DatabricksSettings } from './databricks-settings.ts';
import { openApi, type ApiCall } from './http.ts';
import type { ApiObject, Databricks, DatabricksRun } from './port.ts';
import { runOf, runPage, type RunPage } from './run-view.ts';

const anything = z.unknown();
const started = z.object({ run_id: z.int().positive() });
const jobList = z.object({
  jobs: z
    .array(z.object({ job_id: z.int(), settings: z.object({ name: z.string().optional() }).optional() }))
    .default([]),
});
const outputAnswer = z.object({
  notebook_output: z.object({ result: z.string().optional(), truncated: z.boolean().optional() }).optional(),
  error: z.string().optional(),
});
const exported = z.object({ content: z.base64() });
const cluster = z.object({ state: z.string() });
const me = z.object({ userName: z.string() });

/** A workspace's client. Connects to nothing until something is asked. */
export function createDatabricks(settings: DatabricksSettings): Databricks & { readonly close: () => void } {
  const { call, close } = openApi(settings);
  const post = <Answer = unknown>(
    path: string,
    body: ApiObject,
    { what, signal, answer }: Pick<ApiCall<Answer>, 'what' | 'signal' | 'answer'>,
  ): Promise<Answer> => call({ method: 'POST', path, body, what, signal, answer });
  const jobs = '/api/2.2/jobs';
  const workspace = '/api/2.0/workspace';

  async function run(runId: number, signal: AbortSignal): Promise<DatabricksRun> {
    const what = `looking at run ${runId}`;
    const query = { run_id: runId, include_history: true };
    const page = (page_token?: string): Promise<RunPage> =>
      call({ method: 'GET', path: `${jobs}/runs/get`, query: { ...query, page_token }, what, signal, answer: runPage });
    const pages: [RunPage, ...RunPage[]] = [await page()];
    for (let next = pages[0].next_page_token; next !== undefined && next !== '';) {
      const following = await page(next);
      pages.push(following);
      next = following.next_page_token;
    }
    return runOf(pages);
  }

  return {
    submit: async (body, signal) =>
      (await post(`${jobs}/runs/submit`, body, { what: 'submitting a run', signal, answer: started })).run_id,
    runNow: async (body, signal) =>
      (await post(`${jobs}/run-now`, body, { what: `running job ${String(body['job_id'])}`, signal, answer: started }))
        .run_id,
    jobIdOf: async (name, signal) => {
      const what = `looking for the job ${name}`;
      const query = { name, limit: 25, expand_tasks: false };
      const found = await call({ method: 'GET', path: `${jobs}/list`, query, what, signal, answer: jobList });
      // The API compares names without case.
      const ids = found.jobs.filter((job) => job.settings?.name === name).map((job) => job.job_id);
      const [id] = ids;
      if (id !== undefined && ids.length === 1) return id;
      const words =
        id === undefined ? 'there is none of this name' : `there are ${ids.length} of this name: give jobId`;
      const code = id === undefined ? 'not_found' : 'invalid';
      throw new AdapterError(`Databricks: ${what}: ${words}`, { system: 'databricks', code });
    },
    run,
    output: async (taskRunId, signal) => {
      const { notebook_output: notebook, error } = await call({
        method: 'GET',
        path: `${jobs}/runs/get-output`,
        query: { run_id: taskRunId },
        what: `reading the output of run ${taskRunId}`,
        signal,
        answer: outputAnswer,
      });
      return {
        result: notebook?.result ?? null,
        isTruncated: notebook?.truncated ?? false,
        error: error === undefined || error === '' ? null : error,
      };
    },
    cancel: async (runId, signal) => {
      await post(
        `${jobs}/runs/cancel`,
        { run_id: runId },
        { what: `cancelling run ${runId}`, signal, answer: anything },
      );
    },
    repair: async (body, signal) => {
      const what = `repairing run ${String(body['run_id'])}`;
      await post(`${jobs}/runs/repair`, body, { what, signal, answer: anything });
    },
    makeFolder: async (path, signal) => {
      await post(`${workspace}/mkdirs`, { path }, { what: `making folder ${path}`, signal, answer: anything });
    },
    importNotebook: async ({ path, content }, signal) => {
      const body = {
        path,
        format: 'SOURCE',
        language: 'PYTHON',
        content: Buffer.from(content).toString('base64'),
        overwrite: true,
      };
      await post(`${workspace}/import`, body, { what: `importing notebook ${path}`, signal, answer: anything });
    },
    exportNotebook: async (path, signal) => {
      try {
        const { content } = await call({
          method: 'GET',
          path: `${workspace}/export`,
          query: { path, format: 'SOURCE' },
          what: `reading notebook ${path}`,
          signal,
          answer: exported,
        });
        return Buffer.from(content, 'base64').toString('utf8');
      } catch (error) {
        if (error instanceof AdapterError && error.code === 'not_found') return undefined;
        throw error;
      }
    },
    clusterState: async (clusterId, signal) => {
      const path = '/api/2.1/clusters/get';
      const what = `looking at cluster ${clusterId}`;
      const query = { cluster_id: clusterId };
      return (await call({ method: 'GET', path, query, what, signal, answer: cluster })).state;
    },
    listRuns: async (signal) => {
      const path = `${jobs}/runs/list`;
      await call({ method: 'GET', path, query: { limit: 1 }, what: 'listing runs', signal, answer: anything });
    },
    userName: async (signal) => {
      const path = '/api/2.0/preview/scim/v2/Me';
      return (await call({ method: 'GET', path, what: 'asking who we are', signal, answer: me })).userName;
    },
    close,
  };
}
