/** Where the workspace is, and who we are there. Holds secrets: never log it. */
export interface DatabricksSettings {
  /** `https://<workspace>`, without a slash at its end. */
  readonly host: string;
  readonly auth:
    | { readonly kind: 'token'; readonly token: string }
    | { readonly kind: 'oauth'; readonly clientId: string; readonly clientSecret: string };
  /** Cluster that runs notebooks whose task names none; `undefined`: they run serverless. */
  readonly clusterId: string | undefined;
}
