import type { AxiosInstance } from 'axios';
import { z } from 'zod';
import { databricksError, unexpectedAnswer } from './databricks-error.ts';
import type { DatabricksSettings } from './databricks-settings.ts';

/** Gives the token of a request. */
export interface AccessToken {
  /** A token that is good for a while yet. Many callers at once make one request. */
  readonly get: () => Promise<string>;
  /** Has the next caller fetch a new one: the workspace has refused this one. Says whether there can be another. */
  readonly refuse: (token: string) => boolean;
}

/** Milliseconds before its end at which a token is fetched anew, so that none runs out on its way. */
const leadTime = 120_000;

const discovery = z.object({ token_endpoint: z.url() });
const granted = z.object({ access_token: z.string().min(1), expires_in: z.number().positive().default(3_600) });

/** A fixed token, or those of a service principal (OAuth M2M), which last an hour. */
export function accessToken({ host, auth }: DatabricksSettings, http: AxiosInstance): AccessToken {
  if (auth.kind === 'token') return { get: () => Promise.resolve(auth.token), refuse: () => false };
  const { clientId: username, clientSecret: password } = auth;
  let endpoint: string | undefined;
  let held: { readonly token: string; readonly until: number } | undefined;
  let coming: Promise<string> | undefined;

  async function fetchToken(): Promise<string> {
    const what = 'getting a token for the service principal';
    try {
      endpoint ??= await endpointOf(host, http);
      const form = new URLSearchParams({ grant_type: 'client_credentials', scope: 'all-apis' });
      const { data } = await http.post<unknown>(endpoint, form, { auth: { username, password } });
      const read = granted.safeParse(data);
      if (!read.success) throw unexpectedAnswer(what, 'it has no access_token');
      const { access_token: token, expires_in: seconds } = read.data;
      // A token that lasts no longer than the lead time is used once.
      held = { token, until: Date.now() + Math.max(seconds * 1_000 - leadTime, 0) };
      return token;
    } catch (error) {
      throw databricksError(what, error);
    }
  }

  return {
    get: () => {
      if (held !== undefined && Date.now() < held.until) return Promise.resolve(held.token);
      coming ??= fetchToken().finally(() => (coming = undefined));
      return coming;
    },
    refuse: (token) => {
      if (held?.token === token) held = undefined;
      return true;
    },
  };
}

/** Where the workspace gives tokens; where it does not tell, by the path that it has on AWS. */
async function endpointOf(host: string, http: AxiosInstance): Promise<string> {
  const { data } = await http.get<unknown>(`${host}/oidc/.well-known/oauth-authorization-server`, {
    validateStatus: (status) => status < 500,
  });
  const { success, data: found } = discovery.safeParse(data);
  // A secret goes to the workspace alone, over nothing weaker than what was asked for.
  const isOurs = success && new URL(found.token_endpoint).origin === new URL(host).origin;
  return isOurs ? found.token_endpoint : `${host}/oidc/v1/token`;
}
