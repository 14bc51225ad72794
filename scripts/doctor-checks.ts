import { createDatabricks } from '../activities/databricks/client.ts';
import { createKafka } from '../activities/kafka/kafka.ts';
import { createSourceDatabase } from '../activities/mysql/source-database.ts';
import { checkCreateOnce } from '../activities/s3/create-once-check.ts';
import { createS3ObjectStore } from '../activities/s3/s3-object-store.ts';
import type { ServerName } from '../config/server-addresses.ts';
import type { Settings } from '../config/settings.ts';
import { notebookFolder } from '../pipeline/notebooks.ts';
import { topicName } from '../pipeline/tables.ts';
import { namespaceProblems } from '../workers/namespace-check.ts';
import { requiredSearchAttributes } from './namespace.ts';
import { openTemporal } from './temporal-client.ts';

/** One thing that the doctor tries on the servers that the settings point at. */
export interface DoctorCheck {
  /** Checked when something says where it is. */
  readonly server: ServerName | 'databricks';
  readonly name: string;
  /** What it looked at: an address, never a secret. */
  readonly target: (settings: Settings) => string;
  /** Resolves with what it found, in words; throws what is wrong. Changes nothing that stays. */
  readonly run: (settings: Settings) => Promise<string>;
}

/** Milliseconds that the doctor waits for a server. */
const patienceMs = 8_000;

/** All checks, in the order that they are shown. */
export const doctorChecks: readonly DoctorCheck[] = [
  {
    server: 'temporal',
    name: 'Temporal',
    target: ({ temporal }) => `${temporal.address}, namespace ${temporal.namespace}`,
    run: async ({ temporal }) => {
      await using server = await openTemporal(temporal);
      const problems = await namespaceProblems(server.connection, temporal.namespace, requiredSearchAttributes);
      if (problems.length > 0) throw new Error(problems.join('\n       '));
      return 'answers, and has the search attributes';
    },
  },
  {
    server: 'mysql',
    name: 'MySQL',
    target: ({ mysql }) => `${mysql.host}:${mysql.port}, database ${mysql.database}`,
    run: async ({ mysql }) => {
      const source = createSourceDatabase(mysql);
      try {
        const last = await source.lastOffset(AbortSignal.timeout(patienceMs));
        return last === undefined ? 'answers, and is empty: run tw db seed' : `answers, posts up to number ${last}`;
      } finally {
        await source.close();
      }
    },
  },
  {
    server: 'kafka',
    name: 'Kafka',
    target: ({ kafka }) => `${kafka.brokers.join(', ')} (${kafka.security})`,
    run: async ({ kafka: settings, user }) => {
      const kafka = createKafka(settings);
      try {
        const topics = await kafka.listTopics(`${user}.`);
        return topics.length === 0
          ? `answers; no topics of ${topicName(user, 'pin')} and the like yet: run tw init`
          : `answers; topics ${topics.map(({ topic }) => topic).join(', ')}`;
      } finally {
        await kafka.close();
      }
    },
  },
  {
    server: 's3',
    name: 'S3',
    target: ({ s3 }) => `${s3.endpoint ?? `AWS, ${s3.region}`}, bucket ${s3.bucket}`,
    run: async ({ s3 }) => {
      const store = createS3ObjectStore(s3, { attempts: 2, connectMs: 2_000, idleMs: 3_000, answerMs: 5_000 });
      try {
        await checkCreateOnce(store);
        return 'answers, and creates objects only once, as it must';
      } finally {
        store.close();
      }
    },
  },
  {
    server: 'databricks',
    name: 'Databricks',
    target: ({ databricks }) => `${databricks?.host}, cluster ${databricks?.clusterId ?? 'none: serverless'}`,
    run: async ({ databricks: workspace }) => {
      if (workspace === undefined) throw new Error('no workspace is named');
      const client = createDatabricks(workspace);
      try {
        const signal = AbortSignal.timeout(patienceMs);
        const name = await client.userName(signal);
        if (workspace.clusterId !== undefined) await client.clusterState(workspace.clusterId, signal);
        await client.listRuns(signal);
        const notebook = `${notebookFolder}/queries`;
        const deployed = (await client.exportNotebook(notebook, signal)) !== undefined;
        return `answers; we are ${name}${deployed ? '' : `; there is no ${notebook} yet: run tw notebooks deploy`}`;
      } finally {
        client.close();
      }
    },
  },
];

/** What a check found. */
export interface CheckResult {
  readonly name: string;
  readonly target: string;
  readonly ok: boolean;
  readonly text: string;
}

/** Runs checks at the same time; one that takes too long has failed. */
export async function runChecks(
  settings: Settings,
  checks: readonly DoctorCheck[] = doctorChecks,
): Promise<readonly CheckResult[]> {
  return await Promise.all(
    checks.map(async ({ name, target, run }) => {
      const result = { name, target: target(settings) };
      try {
        return { ...result, ok: true, text: await withinPatience(run(settings)) };
      } catch (error) {
        return { ...result, ok: false, text: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
}

async function withinPatience(work: Promise<string>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs / 1000} s`)), patienceMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
