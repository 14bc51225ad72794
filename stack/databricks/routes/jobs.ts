import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { invalidParameter } from '../api-error.ts';
import { flag, integer, parseRequest, type JsonObject } from '../fields.ts';
import type { LocalWorkspace } from '../local-workspace.ts';
import { pageToken, pageTokenField, positionOf } from '../page-token.ts';
import type { Job } from '../run-model.ts';
import { parseJobSettings } from '../run-requests.ts';
import { tasksOfPage } from '../run-view.ts';

const idSchema = z.looseObject({ job_id: integer });
const getSchema = z.looseObject({ job_id: integer, page_token: pageTokenField });
const resetSchema = z.looseObject({ job_id: integer, new_settings: z.looseObject({}) });
const updateSchema = z.looseObject({
  job_id: integer,
  new_settings: z.looseObject({}).optional(),
  fields_to_remove: z.array(z.string()).optional(),
});
const listSchema = z.looseObject({
  name: z.string().optional(),
  expand_tasks: flag.optional(),
  limit: integer.optional(),
  offset: integer.optional(),
  page_token: pageTokenField,
});

/** A job. Throws the API's 400 when there is none. */
export function requireJob({ book }: LocalWorkspace, jobId: number): Job {
  const job = book.state.jobs.get(jobId);
  if (job === undefined) throw invalidParameter(`Job ${jobId} does not exist.`);
  return job;
}

/** jobs/*, but for run-now and runs. */
export function jobRoutes(app: FastifyInstance, local: LocalWorkspace): void {
  const { book, now, userName } = local;
  const request = { userName, hasCluster: local.clusters.has };

  app.post('/jobs/create', async ({ body }) => {
    const settings = parseJobSettings(body, request);
    const jobId = book.newId();
    book.putJob({ jobId, creator: userName, createdAt: now(), settings });
    return { job_id: jobId };
  });
  app.get('/jobs/get', async ({ query }) => {
    const { job_id: jobId, page_token: token } = parseRequest(getSchema, query);
    const job = requireJob(local, jobId);
    const from = token === undefined ? 0 : positionOf('tasks', token);
    const tasks = listOf(job.settings['tasks']);
    const more = from + tasksOfPage < tasks.length;
    return {
      ...jobFields(job),
      run_as_user_name: job.creator,
      settings: { ...job.settings, tasks: tasks.slice(from, from + tasksOfPage) },
      ...(more ? { next_page_token: pageToken('tasks', from + tasksOfPage) } : {}),
    };
  });
  app.get('/jobs/list', async ({ query }) => {
    const { name, limit = 20, offset = 0, expand_tasks: expand, page_token: token } = parseRequest(listSchema, query);
    if (limit < 1 || limit > 100)
      throw invalidParameter(`Invalid limit: ${limit}. The limit must be between 1 and 100.`);
    const before = token === undefined ? Infinity : positionOf('jobs', token);
    const wanted = name?.toLowerCase();
    const fitting = [...book.state.jobs.values()]
      .filter((job) => job.jobId < before)
      .filter((job) => wanted === undefined || String(job.settings['name']).toLowerCase() === wanted)
      .toSorted((one, other) => other.jobId - one.jobId)
      .slice(offset);
    const page = fitting.slice(0, limit);
    const last = page.at(-1);
    const more = fitting.length > page.length && last !== undefined;
    const view = (job: Job): JsonObject => {
      const { tasks, job_clusters: clusters, ...brief } = job.settings;
      const shown = {
        tasks: listOf(tasks).slice(0, tasksOfPage),
        ...(clusters === undefined ? {} : { job_clusters: clusters }),
      };
      return {
        ...jobFields(job),
        settings: expand === true ? { ...brief, ...shown } : brief,
        ...(expand === true && listOf(tasks).length > tasksOfPage ? { has_more: true } : {}),
      };
    };
    return {
      ...(page.length === 0 ? {} : { jobs: page.map(view) }),
      has_more: more,
      ...(more ? { next_page_token: pageToken('jobs', last.jobId) } : {}),
    };
  });
  app.post('/jobs/reset', async ({ body }) => {
    const { job_id: jobId, new_settings: settings } = parseRequest(resetSchema, body);
    book.putJob({ ...requireJob(local, jobId), settings: parseJobSettings(settings, request) });
    return {};
  });
  app.post('/jobs/update', async ({ body }) => {
    const { job_id: jobId, new_settings: changes = {}, fields_to_remove: gone = [] } = parseRequest(updateSchema, body);
    const job = requireJob(local, jobId);
    book.putJob({ ...job, settings: parseJobSettings(without(merged(job.settings, changes), gone), request) });
    return {};
  });
  app.post('/jobs/delete', async ({ body }) => {
    const { jobId } = requireJob(local, parseRequest(idSchema, body).job_id);
    book.deleteJob(jobId);
    return {};
  });
}

function jobFields({ jobId, creator, createdAt }: Job): JsonObject {
  return { job_id: jobId, creator_user_name: creator, created_time: createdAt };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Arrays whose members have a key: members are replaced or added one by one, as jobs/update does. */
const keyed: Readonly<Record<string, string>> = { tasks: 'task_key', job_clusters: 'job_cluster_key' };

function keyOf(member: unknown, key: string): unknown {
  return typeof member === 'object' && member !== null ? Reflect.get(member, key) : undefined;
}

function merged(settings: JsonObject, changes: JsonObject): JsonObject {
  const fields = Object.entries(changes).map(([name, value]) => {
    const key = keyed[name];
    const old = settings[name];
    if (key === undefined || !Array.isArray(value) || !Array.isArray(old)) return [name, value] as const;
    const added = value.filter((one) => !old.some((other) => keyOf(other, key) === keyOf(one, key)));
    const kept = old.map((one: unknown) => value.find((other) => keyOf(other, key) === keyOf(one, key)) ?? one);
    return [name, [...kept, ...added]] as const;
  });
  return { ...settings, ...Object.fromEntries(fields) };
}

function without(settings: JsonObject, gone: readonly string[]): JsonObject {
  let left = settings;
  for (const path of gone) {
    const [name = '', member] = path.split('/');
    const key = keyed[name];
    const list = left[name];
    const kept =
      member !== undefined && key !== undefined && Array.isArray(list)
        ? { [name]: list.filter((one) => keyOf(one, key) !== member) }
        : {};
    left = { ...Object.fromEntries(Object.entries(left).filter(([field]) => field !== name)), ...kept };
  }
  return left;
}
