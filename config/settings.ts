import { z } from 'zod';
import {
  databricksProblems,
  databricksVariables,
  databricksWorkspace,
  type DatabricksWorkspace,
} from './databricks.ts';
import { notifyChannels, notifyProblems, notifyVariables, type NotifyChannels } from './notify-channels.ts';
import { SettingsError } from './settings-error.ts';
import { missingAddresses, nowhere, type ServerName } from './server-addresses.ts';

/** Reads `true`/`false`/`1`/`0`; anything else is a problem that names the setting. */
const flag = z.stringbool({ truthy: ['true', '1', 'yes', 'on'], falsy: ['false', '0', 'no', 'off'] });
/** A number that cannot be read says what would do; what was given may be a secret that went to the wrong line. */
const whole = z.coerce.number({ error: 'use a whole number' });
const port = whole.int().min(1).max(65_535);
const count = whole.int().min(1);
/** `host:port`, with an IPv6 address in brackets. */
const hostAndPort = z.string().regex(/^(\[[\da-f:]+\]|[^\s:/]+):\d{1,5}$/i, 'use host:port');
/** Names become parts of object keys, topics and buckets, so their letters are limited. */
const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'use 1 to 63 of a-z, 0-9, _ and -, starting with a letter or digit');

/** What each variable means is said in docs/settings.md, which is made from these descriptions. */
export const settingsSchema = z.object({
  TEMPORAL_ADDRESS: hostAndPort.optional().describe('host:port of the Temporal frontend'),
  TEMPORAL_NAMESPACE: z.string().default('default').describe('Temporal namespace'),
  TEMPORAL_API_KEY: z.string().optional().describe('API key of Temporal Cloud; implies TLS'),
  TEMPORAL_TLS: flag.default(false).describe('connect to Temporal with TLS'),
  TEMPORAL_TLS_CLIENT_CERT_PATH: z.string().optional().describe('client certificate (PEM) for mutual TLS'),
  TEMPORAL_TLS_CLIENT_KEY_PATH: z.string().optional().describe('key of the client certificate (PEM)'),
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: z.string().optional().describe('CA (PEM) that signed the server certificate'),
  TEMPORAL_UI_URL: z.url().optional().describe('address of the Temporal UI, for the links that are printed and sent'),

  TW_USER: name.default('tradewind').describe("the course's user id: topics are <user>.pin, .geo and .user"),
  TW_TASK_QUEUE: name.default('tradewind').describe('task queues are <this>-orchestration, -control, -io and -engine'),
  TW_BUILD_ID: name
    .optional()
    .describe('which build of the code a worker runs: its runs then stay with it (docs/operations.md, Upgrading)'),
  TW_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('least level that is logged'),
  TW_LOG_FORMAT: z.enum(['json', 'pretty']).default('json').describe('json lines, or lines for people'),

  TW_MYSQL_HOST: z.string().optional().describe('MySQL host (RDS endpoint)'),
  TW_MYSQL_PORT: port.default(3306).describe('MySQL port'),
  TW_MYSQL_USER: z.string().default('tradewind').describe('MySQL user'),
  TW_MYSQL_PASSWORD: z.string().default('').describe('MySQL password'),
  TW_MYSQL_DATABASE: z.string().default('pinterest_data').describe('database with the three tables'),
  TW_MYSQL_CA_PATH: z
    .string()
    .optional()
    .describe('CA bundle (PEM), for RDS global-bundle.pem; turns TLS on, verified'),

  TW_KAFKA_BROKERS: z
    .string()
    .transform((text) => text.split(',').map((one) => one.trim()))
    .pipe(z.array(hostAndPort).min(1))
    .optional()
    .describe('bootstrap brokers, host:port, separated by commas'),
  TW_KAFKA_SECURITY: z
    .enum(['plaintext', 'tls', 'iam', 'scram'])
    .default('plaintext')
    .describe('plaintext, tls, iam (MSK, port 9098) or scram (SASL/SCRAM-SHA-512 over TLS)'),
  TW_KAFKA_CA_PATH: z.string().optional().describe('CA (PEM) of the brokers, where it is not a public one'),
  TW_KAFKA_USERNAME: z.string().optional().describe('user for scram'),
  TW_KAFKA_PASSWORD: z.string().optional().describe('password for scram'),
  TW_KAFKA_PARTITIONS: count.default(3).describe('partitions of a topic that we create'),
  TW_KAFKA_REPLICATION: count.default(1).describe('replication factor of a topic that we create (3 on MSK)'),
  TW_KAFKA_RETENTION_MS: whole
    .int()
    .min(-1)
    .default(-1)
    .describe('retention of a topic that we create, ms; -1 = for ever'),

  TW_S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'use 3 to 63 of a-z, 0-9, . and -')
    .optional()
    .describe('bucket of everything; by default user-<user>-bucket, as in the course'),
  TW_S3_ENDPOINT: z.url().optional().describe('address of an S3-compatible server; absent = AWS'),
  AWS_REGION: z.string().default('us-east-1').describe('AWS region'),
  AWS_ACCESS_KEY_ID: z
    .string()
    .optional()
    .describe("static key, for a local server; on AWS leave it to the machine's role"),
  AWS_SECRET_ACCESS_KEY: z.string().optional().describe('secret of the static key'),
  AWS_SESSION_TOKEN: z
    .string()
    .optional()
    .describe(
      'token that belongs to temporary keys (SSO, an assumed role); they expire, a role of the machine does not',
    ),

  TW_LANDING_OBJECT_RECORDS: count.default(10_000).describe('records an object has at most'),
  TW_LANDING_OBJECT_BYTES: count
    .default(8 * 1024 * 1024)
    .describe('bytes of lines an object has at most, before compression'),
  TW_LANDING_GZIP: flag.default(false).describe('compress landed objects (.json.gz)'),
  TW_LANDING_RECORD_BYTES: count.default(1024 * 1024).describe('a longer record goes to quarantine'),

  TW_DUCKDB_MEMORY: z
    .string()
    .regex(/^\d+(MB|GB)$/, 'use a number and MB or GB')
    .default('1GB')
    .describe('memory limit of DuckDB'),
  TW_DUCKDB_THREADS: count.default(2).describe('threads of DuckDB'),
  TW_WORK_DIR: z
    .string()
    .optional()
    .describe("folder for a step's local files; by default the system's temporary folder"),

  ...databricksVariables,

  ...notifyVariables,

  TW_STATE_DIR: z.string().default('.tradewind').describe('state of the local stack, in the checkout'),
  TW_CACHE_DIR: z
    .string()
    .optional()
    .describe("downloads of the local stack; by default tradewind in the user's cache folder"),
});

/** The settings as variables, checked and with defaults. */
export type SettingsVariables = z.output<typeof settingsSchema>;

/** Settings by the system that they are for. Secrets are plain strings: never log this object. */
export interface Settings {
  readonly user: string;
  readonly taskQueue: string;
  /** Which build of the code a worker runs; `undefined`: runs are not tied to a build. */
  readonly buildId: string | undefined;
  readonly log: { readonly level: SettingsVariables['TW_LOG_LEVEL']; readonly format: 'json' | 'pretty' };
  readonly temporal: {
    readonly address: string;
    readonly namespace: string;
    readonly apiKey: string | undefined;
    readonly tls: boolean;
    readonly clientCertPath: string | undefined;
    readonly clientKeyPath: string | undefined;
    readonly serverCaPath: string | undefined;
    readonly uiUrl: string | undefined;
  };
  readonly mysql: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
    readonly database: string;
    readonly caPath: string | undefined;
  };
  readonly kafka: {
    readonly brokers: readonly string[];
    readonly security: SettingsVariables['TW_KAFKA_SECURITY'];
    readonly caPath: string | undefined;
    readonly username: string | undefined;
    readonly password: string | undefined;
    readonly region: string;
    readonly partitions: number;
    readonly replicationFactor: number;
    readonly retentionMs: number;
  };
  readonly s3: {
    readonly bucket: string;
    readonly endpoint: string | undefined;
    readonly region: string;
    readonly accessKeyId: string | undefined;
    readonly secretAccessKey: string | undefined;
    readonly sessionToken: string | undefined;
  };
  readonly landing: {
    readonly objectRecords: number;
    readonly objectBytes: number;
    readonly gzip: boolean;
    readonly recordBytes: number;
  };
  /** Absent where no workspace is named. */
  readonly databricks: DatabricksWorkspace | undefined;
  readonly notify: NotifyChannels;
  readonly duckdb: { readonly memory: string; readonly threads: number };
  readonly workDir: string | undefined;
  readonly stateDir: string;
  readonly cacheDir: string | undefined;
}

/**
 * Checks variables and sorts them by system. Empty values count as absent. Throws {@link SettingsError} with every
 * problem at once; that nothing says where a server is counts as one when the server is among `servers`.
 */
export function parseSettings(
  variables: Readonly<Record<string, string | undefined>>,
  servers: readonly ServerName[] = [],
): Settings {
  const present = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = settingsSchema.safeParse(present);
  const problems: string[] = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  const unknown = Object.keys(present).filter((key) => key.startsWith('TW_') && !isKnown(key));
  problems.push(...unknown.map((key) => `${key}: there is no such setting; see docs/settings.md`));
  if (parsed.success) problems.push(...contradictions(parsed.data));
  problems.push(...missingAddresses(present, servers));
  if (!parsed.success || problems.length > 0) throw new SettingsError(problems);
  return bySystem(parsed.data);
}

/** Variables that other parts of the project read by themselves. */
const others: ReadonlySet<string> = new Set(['TW_SETTINGS_FILE']);

function isKnown(key: string): boolean {
  return key in settingsSchema.shape || others.has(key) || key.startsWith('TW_TEST_');
}

function contradictions(v: SettingsVariables): string[] {
  const problems: string[] = [];
  if (v.TW_KAFKA_SECURITY === 'scram' && !(v.TW_KAFKA_USERNAME && v.TW_KAFKA_PASSWORD)) {
    problems.push('TW_KAFKA_USERNAME, TW_KAFKA_PASSWORD: needed for TW_KAFKA_SECURITY=scram');
  }
  if (Boolean(v.AWS_ACCESS_KEY_ID) !== Boolean(v.AWS_SECRET_ACCESS_KEY)) {
    problems.push('AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: set both or neither');
  }
  if (Boolean(v.TEMPORAL_TLS_CLIENT_CERT_PATH) !== Boolean(v.TEMPORAL_TLS_CLIENT_KEY_PATH)) {
    problems.push('TEMPORAL_TLS_CLIENT_CERT_PATH, TEMPORAL_TLS_CLIENT_KEY_PATH: set both or neither');
  }
  problems.push(...notifyProblems(v), ...databricksProblems(v));
  return problems;
}

function bySystem(v: SettingsVariables): Settings {
  return {
    user: v.TW_USER,
    taskQueue: v.TW_TASK_QUEUE,
    buildId: v.TW_BUILD_ID,
    log: { level: v.TW_LOG_LEVEL, format: v.TW_LOG_FORMAT },
    temporal: {
      address: v.TEMPORAL_ADDRESS ?? `${nowhere}:7233`,
      namespace: v.TEMPORAL_NAMESPACE,
      apiKey: v.TEMPORAL_API_KEY,
      tls: v.TEMPORAL_TLS || v.TEMPORAL_API_KEY !== undefined,
      clientCertPath: v.TEMPORAL_TLS_CLIENT_CERT_PATH,
      clientKeyPath: v.TEMPORAL_TLS_CLIENT_KEY_PATH,
      serverCaPath: v.TEMPORAL_TLS_SERVER_CA_CERT_PATH,
      uiUrl: v.TEMPORAL_UI_URL,
    },
    mysql: {
      host: v.TW_MYSQL_HOST ?? nowhere,
      port: v.TW_MYSQL_PORT,
      user: v.TW_MYSQL_USER,
      password: v.TW_MYSQL_PASSWORD,
      database: v.TW_MYSQL_DATABASE,
      caPath: v.TW_MYSQL_CA_PATH,
    },
    kafka: {
      brokers: v.TW_KAFKA_BROKERS ?? [`${nowhere}:9092`],
      security: v.TW_KAFKA_SECURITY,
      caPath: v.TW_KAFKA_CA_PATH,
      username: v.TW_KAFKA_USERNAME,
      password: v.TW_KAFKA_PASSWORD,
      region: v.AWS_REGION,
      partitions: v.TW_KAFKA_PARTITIONS,
      replicationFactor: v.TW_KAFKA_REPLICATION,
      retentionMs: v.TW_KAFKA_RETENTION_MS,
    },
    s3: {
      bucket: v.TW_S3_BUCKET ?? `user-${v.TW_USER.replaceAll('_', '-')}-bucket`,
      endpoint: v.TW_S3_ENDPOINT,
      region: v.AWS_REGION,
      accessKeyId: v.AWS_ACCESS_KEY_ID,
      secretAccessKey: v.AWS_SECRET_ACCESS_KEY,
      sessionToken: v.AWS_SESSION_TOKEN,
    },
    landing: {
      objectRecords: v.TW_LANDING_OBJECT_RECORDS,
      objectBytes: v.TW_LANDING_OBJECT_BYTES,
      gzip: v.TW_LANDING_GZIP,
      recordBytes: v.TW_LANDING_RECORD_BYTES,
    },
    databricks: databricksWorkspace(v),
    notify: notifyChannels(v),
    duckdb: { memory: v.TW_DUCKDB_MEMORY, threads: v.TW_DUCKDB_THREADS },
    workDir: v.TW_WORK_DIR,
    stateDir: v.TW_STATE_DIR,
    cacheDir: v.TW_CACHE_DIR,
  };
}
