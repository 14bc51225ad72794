import { z } from 'zod';

/** Variables of the Databricks workspace, by the names that Databricks' own tools read. */
export const databricksVariables = {
  DATABRICKS_HOST: z
    .url({ protocol: /^https?$/, error: 'use https://<workspace>.cloud.databricks.com' })
    .optional()
    .describe('address of the workspace'),
  DATABRICKS_TOKEN: z.string().optional().describe('personal access token'),
  DATABRICKS_CLIENT_ID: z.string().optional().describe('client id of a service principal (OAuth), instead of a token'),
  DATABRICKS_CLIENT_SECRET: z.string().optional().describe('OAuth secret of the service principal'),
  DATABRICKS_CLUSTER_ID: z
    .string()
    .optional()
    .describe('cluster that notebooks run on where their task names none; without it they run serverless'),
};

/** Where the workspace is, and who we are there. Holds secrets. */
export interface DatabricksWorkspace {
  /** Without a slash at its end. */
  readonly host: string;
  readonly auth:
    | { readonly kind: 'token'; readonly token: string }
    | { readonly kind: 'oauth'; readonly clientId: string; readonly clientSecret: string };
  readonly clusterId: string | undefined;
}

interface DatabricksValues {
  readonly DATABRICKS_HOST?: string | undefined;
  readonly DATABRICKS_TOKEN?: string | undefined;
  readonly DATABRICKS_CLIENT_ID?: string | undefined;
  readonly DATABRICKS_CLIENT_SECRET?: string | undefined;
  readonly DATABRICKS_CLUSTER_ID?: string | undefined;
}

/** The workspace that variables say; `undefined` where they name none. A token goes before a service principal, as with Databricks' tools. */
export function databricksWorkspace(values: DatabricksValues): DatabricksWorkspace | undefined {
  const { DATABRICKS_HOST: host, DATABRICKS_TOKEN: token, DATABRICKS_CLUSTER_ID: clusterId } = values;
  const { DATABRICKS_CLIENT_ID: clientId, DATABRICKS_CLIENT_SECRET: clientSecret } = values;
  if (host === undefined) return undefined;
  const at = { host: host.replace(/\/+$/, ''), clusterId };
  if (token !== undefined) return { ...at, auth: { kind: 'token', token } };
  if (clientId !== undefined && clientSecret !== undefined) {
    return { ...at, auth: { kind: 'oauth', clientId, clientSecret } };
  }
  return undefined;
}

/** What of them does not go together. */
export function databricksProblems(values: DatabricksValues): readonly string[] {
  const { DATABRICKS_HOST, DATABRICKS_TOKEN, DATABRICKS_CLIENT_ID, DATABRICKS_CLIENT_SECRET } = values;
  if (DATABRICKS_HOST === undefined) {
    return DATABRICKS_TOKEN === undefined && DATABRICKS_CLIENT_ID === undefined
      ? []
      : ['DATABRICKS_HOST: needed for DATABRICKS_TOKEN and DATABRICKS_CLIENT_ID'];
  }
  if (Boolean(DATABRICKS_CLIENT_ID) !== Boolean(DATABRICKS_CLIENT_SECRET)) {
    return ['DATABRICKS_CLIENT_ID, DATABRICKS_CLIENT_SECRET: set both or neither'];
  }
  return DATABRICKS_TOKEN === undefined && DATABRICKS_CLIENT_ID === undefined
    ? ['DATABRICKS_TOKEN, or DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET: needed for DATABRICKS_HOST']
    : [];
}
