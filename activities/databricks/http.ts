import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios, { isAxiosError, type AxiosRequestConfig } from 'axios';
import axiosRetry, { exponentialDelay } from 'axios-retry';
import type { z } from 'zod';
import { accessToken } from './access-token.ts';
import { databricksError, isTokenRefused, unexpectedAnswer } from './databricks-error.ts';
import type { DatabricksSettings } from './databricks-settings.ts';

/** One request. */
export interface ApiCall<Answer> {
  readonly method: 'GET' | 'POST';
  /** From `/api` on. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** What of the answer is read. */
  readonly answer: z.ZodType<Answer>;
  /** What it is for, for people: "submitting a run". */
  readonly what: string;
  readonly signal: AbortSignal;
}

/** Makes requests of the API. */
export interface Api {
  readonly call: <Answer>(call: ApiCall<Answer>) => Promise<Answer>;
  readonly close: () => void;
}

/** Milliseconds for one request, its answer included. */
const longestRequest = 60_000;

/** Bytes of an answer that are read: a notebook's output has 5 MB at most, and a run of 100 tasks some hundred kB. */
const longestAnswer = 16 * 1024 * 1024;

/** Requests after the first within one call: for hiccups. Whatever lasts longer is left to the next attempt of the activity. */
const retries = 3;

/** Longest wait that is sat out within a call; a longer Retry-After is left to the next attempt, too. */
const longestWait = 10_000;

/** Opens the way to a workspace's API. Connects to nothing until something is asked. */
export function openApi(settings: DatabricksSettings): Api {
  const agents = { httpAgent: new HttpAgent({ keepAlive: true }), httpsAgent: new HttpsAgent({ keepAlive: true }) };
  const http = axios.create({
    ...agents,
    timeout: longestRequest,
    maxContentLength: longestAnswer,
    maxBodyLength: longestAnswer,
    // A workspace does not redirect its API; a page for signing in does, and it is not to be given the token.
    maxRedirects: 0,
    headers: { 'user-agent': 'tradewind' },
  });
  // Also of a POST: a run has its idempotency token, and nothing else that we ask for does harm twice.
  axiosRetry(http, {
    retries,
    retryCondition: (error) => error.code !== 'ERR_CANCELED' && databricksError('', error).canRetry,
    retryDelay: (count, error) => exponentialDelay(count, error, 200),
    onRetry: (_count, error) => {
      if ((databricksError('', error).retryAfter ?? 0) > longestWait) throw error;
    },
    shouldResetTimeout: true,
  });
  const token = accessToken(settings, http);

  async function send(url: string, config: AxiosRequestConfig): Promise<unknown> {
    for (let isFirst = true; ; isFirst = false) {
      const bearer = await token.get();
      try {
        const { data } = await http.request<unknown>({
          ...config,
          url,
          headers: { authorization: `Bearer ${bearer}` },
        });
        return data;
      } catch (error) {
        // A token that ran out early is fetched anew, once: it is not what a run is given up for.
        const isRefused = isAxiosError(error) && error.response !== undefined && isTokenRefused(error.response);
        if (!isFirst || !isRefused || !token.refuse(bearer)) throw error;
      }
    }
  }

  return {
    call: async ({ method, path, query, body, answer, what, signal }) => {
      let data: unknown;
      try {
        data = await send(`${settings.host}${path}`, { method, params: query, data: body, signal });
      } catch (error) {
        signal.throwIfAborted();
        throw databricksError(what, error);
      }
      const read = answer.safeParse(data);
      if (read.success) return read.data;
      const [issue] = read.error.issues;
      throw unexpectedAnswer(
        what,
        typeof data === 'string' ? 'it is no JSON' : `${issue?.path.join('.')}: ${issue?.message}`,
      );
    },
    close: () => {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}
