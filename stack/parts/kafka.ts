import { existsSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { mavenCopy } from '../fetch/maven.ts';
import type { Part, PartContext } from '../part.ts';
import { findOnPath, requirePrerequisite } from '../prerequisites.ts';
import { archiveBytes, kafkaArchive } from './kafka-archive.ts';
import { brokerArguments, brokerProperties, clusterIdOf, formatBroker, type BrokerPorts } from './kafka-broker.ts';
import { kafkaJars } from './kafka-jars.ts';

const version = '4.3.1';
const jarBytes = 56_428_588;

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
    downloadBytes: jarBytes,
    diskBytes: jarBytes + archiveBytes + jarBytes,
    fetchWith: ['java', 'mvn'],
    fetch: (folder, report) =>
      mavenCopy(
        {
          title: 'Kafka',
          wanted: [
            `org.apache.kafka:kafka_2.13:${version}`,
            `org.apache.kafka:kafka-tools:${version}`,
            // Without it the broker runs and logs nothing.
            'org.apache.logging.log4j:log4j-slf4j-impl:2.25.4',
          ],
          transitive: true,
          jars: kafkaJars,
          downloadBytes: jarBytes,
        },
        folder,
        report,
      ),
  }),
  launch: async (context) => {
    const { folder, programs, cacheDir, report } = context;
    const java = await requirePrerequisite('java', 'Kafka');
    const runtime = { java: java.path, libs: programs.path };
    const archive =
      programs.from === 'cache'
        ? await kafkaArchive({ java, libs: programs.path, version, cacheDir }, () =>
            report("archiving Kafka's classes, once, so that it starts faster"),
          )
        : undefined;
    const properties = join(folder, 'server.properties');
    const data = join(folder, 'data');
    writeFileSync(properties, brokerProperties(portsOf(context), data));
    if (!existsSync(data)) await formatBroker(runtime, portsOf(context), data);
    const flags = archive === undefined ? [] : [`-XX:SharedArchiveFile=${archive}`];
    return { command: java.path, args: brokerArguments(runtime, properties, flags) };
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

function portsOf({ ports }: PartContext): BrokerPorts {
  return { broker: ports['broker'] ?? 0, controller: ports['controller'] ?? 0 };
}
