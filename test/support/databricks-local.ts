import { mkdirSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { inheritedEnvironment } from '../../config/environment.ts';
import { endGroup, startTethered, type TetheredProcess } from '../../stack/tethered-process.ts';
import { eventually, ownStateDir } from './own-state.ts';

/** The cluster of {@link startDatabricks}. */
export const clusterId = '1126-090000-local123';

/** Its user. */
export const userName = 'ada@databricks.local';

const token = 'dapi-of-a-test';
const clientSecret = 'secret-of-a-test';

/** What bodies of answers have, as far as tests look at it: each answer has some of it. */
export interface ApiBody {
  readonly error_code: string;
  readonly message: string;
  readonly error?: string;
  readonly end_time: number;
  readonly run_id: number;
  readonly job_id: number;
  readonly repair_id: number;
  readonly task_key: string;
  readonly run_page_url: string;
  readonly state: { readonly life_cycle_state: string; readonly result_state?: string };
  readonly status: { readonly termination_details: { readonly code: string; readonly type: string } };
  readonly tasks: readonly [ApiBody, ...(readonly ApiBody[])];
  readonly runs?: readonly ApiBody[];
  readonly jobs: readonly [ApiBody, ...(readonly ApiBody[])];
  readonly settings: { readonly name: string };
  readonly metadata: ApiBody;
  readonly notebook_output: { readonly result: string };
  readonly repair_history: readonly ApiBody[];
  readonly views: readonly unknown[];
  readonly has_more: boolean;
  readonly next_page_token?: string;
  readonly token_endpoint: string;
  readonly content: string;
  readonly objects?: readonly { readonly path: string }[];
  readonly files: readonly { readonly path: string }[];
  readonly handle: number;
  readonly data: string;
  readonly value: string;
}

/** An answer of the server. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; `{}` when it is none. */
  readonly json: ApiBody;
}

/** databricks-local with the scripted engine, as a process of its own. */
export interface TestDatabricks {
  readonly url: string;
  readonly folder: string;
  readonly token: string;
  readonly clientSecret: string;
  readonly get: (path: string, query?: Readonly<Record<string, string | number | boolean>>) => Promise<Answer>;
  readonly post: (path: string, body: unknown) => Promise<Answer>;
  /** Puts a notebook at `/Shared/<name>` that does what a script says; returns its path. */
  readonly script: (name: string, script: unknown) => Promise<string>;
  /** Submits a run of a notebook; returns its id. */
  readonly submit: (path: string, fields?: Readonly<Record<string, unknown>>) => Promise<number>;
  /** Waits until a run has begun; returns it. */
  readonly begun: (runId: number) => Promise<Answer['json']>;
  /** Waits until a run is over; returns it. */
  readonly over: (runId: number) => Promise<Answer['json']>;
  /** SIGKILL: no goodbye. */
  readonly kill: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Starts one; `folder`: the state of one that was stopped or killed. */
export async function startDatabricks(
  options: { readonly folder?: string; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<TestDatabricks> {
  const folder = options.folder ?? ownStateDir();
  mkdirSync(folder, { recursive: true });
  const server = startTethered({
    command: process.execPath,
    args: [join(__dirname, '../../dist/stack/databricks/main.js')],
    environment: {
      ...inheritedEnvironment(),
      DATABRICKS_LOCAL_FOLDER: folder,
      DATABRICKS_LOCAL_PORT: '0',
      DATABRICKS_LOCAL_TOKEN: token,
      DATABRICKS_LOCAL_CLIENT_SECRET: clientSecret,
      DATABRICKS_LOCAL_CLUSTER_ID: clusterId,
      DATABRICKS_LOCAL_USER: userName,
      DATABRICKS_LOCAL_ENGINE: 'scripted',
      ...options.environment,
    },
    output: 'pipe',
  });
  const url = await urlOf(server);

  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: jsonOf(text) };
  };
  const post = (path: string, body: unknown): Promise<Answer> => call('POST', path, body);
  const get: TestDatabricks['get'] = (path, query = {}) => {
    const search = new URLSearchParams(
      Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
    );
    return call('GET', search.size === 0 ? path : `${path}?${search.toString()}`);
  };
  const runIn = async (runId: number, ...states: readonly string[]): Promise<ApiBody> => {
    let run = jsonOf('');
    await eventually(`run ${runId} is ${states.join(' or ')}`, async () => {
      run = (await get('/api/2.2/jobs/runs/get', { run_id: runId })).json;
      return states.includes(run.state.life_cycle_state);
    });
    return run;
  };
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    if (signal === 'SIGTERM') return await endGroup(server);
    server.child.kill('SIGKILL');
    await server.end;
  };
  return {
    url,
    folder,
    token,
    clientSecret,
    get,
    post,
    script: async (name, script) => {
      const content = Buffer.from(`# script: ${JSON.stringify(script)}\n`).toString('base64');
      const path = `/Shared/${name}`;
      const answer = await post('/api/2.0/workspace/import', { path, language: 'PYTHON', content, overwrite: true });
      if (answer.status !== 200) throw new Error(answer.text);
      return path;
    },
    submit: async (path, fields = {}) => {
      const task = { existing_cluster_id: clusterId, notebook_task: { notebook_path: path } };
      const answer = await post('/api/2.2/jobs/runs/submit', { ...task, ...fields });
      if (answer.status !== 200) throw new Error(answer.text);
      return answer.json.run_id;
    },
    begun: (runId) => runIn(runId, 'RUNNING'),
    over: (runId) => runIn(runId, 'TERMINATED', 'SKIPPED', 'INTERNAL_ERROR'),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

function jsonOf(text: string): Answer['json'] {
  try {
    return JSON.parse(text);
  } catch {
    return JSON.parse('{}');
  }
}

/** Reads the line by which the server says where it is. */
async function urlOf({ child, end }: TetheredProcess): Promise<string> {
  let said = '';
  child.stderr?.on('data', (chunk) => (said += String(chunk)));
  const ended = end.then((how) => {
    throw new Error(`databricks-local did not start (${how}): ${said}`);
  });
  ended.catch(() => undefined);
  for (;;) {
    const url = /"url":"([^"]+)"/.exec(said)?.[1];
    if (url !== undefined) return url;
    if (child.stdout === null) throw new Error('a server on a pipe has an output');
    const [chunk] = await Promise.race([once(child.stdout, 'data'), ended]);
    said += String(chunk);
  }
}
