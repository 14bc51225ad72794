import { z } from 'zod';

const engineNames = ['spark', 'scripted'] as const;

/**
 * What the server's process is told through its environment: secrets have no place among arguments, which everybody on the
 * machine can read.
 */
const serverSettingsSchema = z.object({
  DATABRICKS_LOCAL_FOLDER: z.string(),
  DATABRICKS_LOCAL_PORT: z.coerce.number().int().min(0).max(65_535),
  DATABRICKS_LOCAL_TOKEN: z.string().min(1),
  DATABRICKS_LOCAL_CLIENT_ID: z.string().default('databricks-local'),
  DATABRICKS_LOCAL_CLIENT_SECRET: z.string().min(1),
  DATABRICKS_LOCAL_TOKEN_SECONDS: z.coerce.number().int().min(1).default(3_600),
  DATABRICKS_LOCAL_CLUSTER_ID: z.string(),
  DATABRICKS_LOCAL_USER: z.string(),
  DATABRICKS_LOCAL_ENGINE: z.enum(engineNames),
  /** Folder of the checkout, where Spark's side of the runner is; for the engine `spark`. */
  DATABRICKS_LOCAL_CHECKOUT: z.string().optional(),
  /** State of the stack that this server is a part of, which says where S3 is; for the engine `spark`. */
  DATABRICKS_LOCAL_STATE: z.string().optional(),
  /** Notebooks at once. */
  DATABRICKS_LOCAL_NOTEBOOKS: z.coerce.number().int().min(1).default(4),
});

/** The settings of the server's process. */
export type ServerSettings = Readonly<z.output<typeof serverSettingsSchema>>;

/** Reads them. Throws an error that names what is wrong, and no value. */
export function parseServerSettings(variables: Readonly<Record<string, string | undefined>>): ServerSettings {
  const parsed = serverSettingsSchema.safeParse(variables);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`databricks-local cannot start: ${problems.join('; ')}`);
}
