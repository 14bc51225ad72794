import { createHmac, timingSafeEqual } from 'node:crypto';

/** Who may call. */
export interface AccessTokens {
  /** Whether a bearer token is the configured one, or one that {@link AccessTokens.issue} made and that has not expired. */
  readonly accepts: (token: string) => boolean;
  /** A token for a service principal (OAuth M2M). It stays good over a restart of the server. */
  readonly issue: () => { readonly accessToken: string; readonly expiresIn: number };
  readonly isClient: (clientId: string, secret: string) => boolean;
  /** Opens the page of one run, and nothing else: goes into the page's address, since a browser sends no bearer token. */
  readonly pageKey: (runId: number) => string;
  readonly isPageKey: (runId: number, key: string) => boolean;
}

/** How {@link createAccessTokens} is set up. */
export interface AccessTokensOptions {
  /** The personal access token; what is issued is signed with it. */
  readonly token: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Seconds that an issued token is good for. */
  readonly tokenSeconds: number;
  readonly now: () => number;
}

/** Checks and issues tokens. */
export function createAccessTokens(options: AccessTokensOptions): AccessTokens {
  const sign = (text: string): string => createHmac('sha256', options.token).update(text).digest('base64url');
  const pageKey = (runId: number): string => sign(`page ${runId}`).slice(0, 24);
  return {
    accepts: (token) => {
      if (isSame(token, options.token)) return true;
      const [, expires = '', signature = ''] = /^oauth-(\d+)\.([\w-]+)$/.exec(token) ?? [];
      return expires !== '' && isSame(signature, sign(`oauth ${expires}`)) && Number(expires) > options.now();
    },
    issue: () => {
      const expires = options.now() + options.tokenSeconds * 1_000;
      return { accessToken: `oauth-${expires}.${sign(`oauth ${expires}`)}`, expiresIn: options.tokenSeconds };
    },
    isClient: (clientId, secret) => isSame(clientId, options.clientId) && isSame(secret, options.clientSecret),
    pageKey,
    isPageKey: (runId, key) => isSame(key, pageKey(runId)),
  };
}

/** Compares in a time that does not tell where they differ. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHmac('sha256', 'compare').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
