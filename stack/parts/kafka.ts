import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inheritedEnvironment } from '../../config/environment.ts';
import { mavenCopy } from '../fetch/maven.ts';
import type { Part, PartContext } from '../part.ts';
import { findOnPath, requirePrerequisite } from '../prerequisites.ts';
import { runTool } from '../tethered-process.ts';
import { kafkaJars } from './kafka-jars.ts';

const version = '4.3.1';
const sizes = { downloadBytes: 56_428_588, diskBytes: 56_428_588 };

/** Apache Kafka, one node that is broker and controller (KRaft). */
export const kafkaPart: Part = {
  name: 'kafka',
  title: 'Apache Kafka',
  version,
  addressSettings: ['TW_KAFKA_BROKERS'],
  ports: { broker: 9092, controller: 9093 },
  secrets: [],
  runWith: ['java'],
  onPath: async () => {
    const script = findOnPath('kafka-server-start.sh') ?? findOnPath('kafka-server-start');
    if (script === undefined) return undefined;
    const home = dirname(dirname(realpathSync(script)));
    return [join(home, 'libs'), join(home, 'libexec', 'libs')].find((libs) =>
      existsSync(join(libs, `kafka_2.13-${version}.jar`)),
    );
  },
  recipe: async () => ({
    cacheKey: `kafka-${version}`,
    ...sizes,
    fetchWith: ['java', 'mvn'],
    fetch: (folder, report) =>
      mavenCopy(
        {
          title: 'Kafka',
          wanted: [
            `org.apache.kafka:kafka_2.13:${version}`,
            `org.apache.kafka:kafka-tools:${version}`,
            'org.apache.logging.log4j:log4j-slf4j-impl:2.25.4',
          ],
          transitive: true,
          jars: kafkaJars,
          downloadBytes: sizes.downloadBytes,
        },
        folder,
        report,
      ),
  }),
  launch: async (context) => {
    const { folder } = context;
    const java = (await requirePrerequisite('java', 'Kafka')).path;
    const properties = join(folder, 'server.properties');
    const data = join(folder, 'data');
    writeFileSync(properties, serverProperties(context, data));
    if (!existsSync(data)) await format(context, java, data);
    return {
      command: java,
      args: [
        ...['-Xms64m', '-Xmx512m', '-XX:+UseSerialGC', '-Dorg.apache.logging.log4j.level=WARN'],
        ...['-cp', classPath(context), 'kafka.Kafka', properties],
      ],
    };
  },
  check: async ({ ports, folder }) => {
    const { Kafka, logLevel } = await import('kafkajs');
    const admin = new Kafka({
      brokers: [`127.0.0.1:${ports['broker']}`],
      logLevel: logLevel.NOTHING,
      connectionTimeout: 1_000,
      retry: { retries: 0 },
    }).admin();
    try {
      await admin.connect();
      const { clusterId, brokers } = await admin.describeCluster();
      if (clusterId !== clusterIdOf(join(folder, 'data'))) throw new Error(`another cluster answers: ${clusterId}`);
      if (brokers.length === 0) throw new Error('the broker has not registered yet');
    } finally {
      await admin.disconnect();
    }
  },
  settings: ({ ports }) => ({ TW_KAFKA_BROKERS: `127.0.0.1:${ports['broker']}`, TW_KAFKA_SECURITY: 'plaintext' }),
};

function classPath({ programs }: PartContext): string {
  return join(programs.path, '*');
}

function serverProperties({ ports }: PartContext, data: string): string {
  const lines: Readonly<Record<string, string | number>> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${ports['controller']}`,
    listeners: `PLAINTEXT://127.0.0.1:${ports['broker']},CONTROLLER://127.0.0.1:${ports['controller']}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${ports['broker']}`,
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': data,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    // Ours are created with the partitions and retention of the settings; a typing error shall not make a topic.
    'auto.create.topics.enable': 'false',
  };
  return Object.entries(lines)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

/** Formats the log folder. Moved to its place when complete; the properties name the final place. */
async function format(context: PartContext, java: string, data: string): Promise<void> {
  const draft = `${data}.draft`;
  rmSync(draft, { recursive: true, force: true });
  const properties = join(context.folder, 'format.properties');
  writeFileSync(properties, serverProperties(context, draft));
  await runTool({
    command: java,
    args: [
      ...['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xmx128m', '-cp', classPath(context)],
      ...['kafka.tools.StorageTool', 'format', '-t', randomBytes(16).toString('base64url'), '-c', properties],
    ],
    environment: inheritedEnvironment(),
    purpose: "making Kafka's data folder",
  });
  rmSync(properties);
  renameSync(draft, data);
}

function clusterIdOf(data: string): string | undefined {
  return /^cluster\.id=(.+)$/m.exec(readFileSync(join(data, 'meta.properties'), 'utf8'))?.[1];
}
