import { dirname, join } from 'node:path';
import type { Part, PartContext } from '../part.ts';
import { sparkRecipe, sparkVersion } from '../spark.ts';
import { StackError } from '../stack-error.ts';

/** The cluster that every run may name; a run that names none, or a new one, is run by the same driver. */
const clusterId = '0101-000000-tradewind';

/** databricks-local: Databricks' REST API with notebooks that Spark really runs. Not a part of a stack unless it is asked for. */
export const databricksPart: Part = {
  name: 'databricks',
  title: 'databricks-local (Spark)',
  version: sparkVersion,
  addressSettings: ['DATABRICKS_HOST'],
  ports: { api: 8480 },
  secrets: ['token', 'clientSecret'],
  runWith: ['java', 'python'],
  onPath: async () => undefined,
  recipe: sparkRecipe,
  launch: async ({ folder, ports, secrets, given, cacheDir, checkout }) => {
    if (checkout === undefined)
      throw new StackError('databricks-local is started by tw: nothing says where its checkout is');
    return {
      command: process.execPath,
      args: [join(checkout, 'dist', 'stack', 'databricks', 'main.js')],
      environment: {
        DATABRICKS_LOCAL_FOLDER: folder,
        DATABRICKS_LOCAL_PORT: String(ports['api']),
        DATABRICKS_LOCAL_TOKEN: secrets['token'] ?? '',
        DATABRICKS_LOCAL_CLIENT_SECRET: secrets['clientSecret'] ?? '',
        DATABRICKS_LOCAL_CLUSTER_ID: clusterId,
        DATABRICKS_LOCAL_USER: `${given['TW_USER'] ?? 'tradewind'}@databricks.local`,
        DATABRICKS_LOCAL_ENGINE: 'spark',
        DATABRICKS_LOCAL_CHECKOUT: checkout,
        DATABRICKS_LOCAL_STATE: dirname(folder),
        TW_CACHE_DIR: cacheDir,
      },
    };
  },
  check: async (context) => {
    const answer = await fetch(`${hostOf(context)}/api/2.0/preview/scim/v2/Me`, {
      headers: { authorization: `Bearer ${context.secrets['token']}` },
      signal: AbortSignal.timeout(2_000),
    });
    // Somebody else's server does not take our token.
    if (!answer.ok) throw new Error(`it answers ${answer.status}`);
  },
  settings: (context) => ({
    DATABRICKS_HOST: hostOf(context),
    DATABRICKS_TOKEN: context.secrets['token'] ?? '',
    DATABRICKS_CLUSTER_ID: clusterId,
  }),
};

function hostOf({ ports }: PartContext): string {
  return `http://127.0.0.1:${ports['api']}`;
}
