import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inheritedEnvironment } from '../../config/environment.ts';
import { runTool } from '../tethered-process.ts';

/** Ports of a broker on 127.0.0.1. */
export interface BrokerPorts {
  readonly broker: number;
  readonly controller: number;
}

/** What the JVM is started with, whoever starts it. */
export interface BrokerRuntime {
  readonly java: string;
  /** Folder of the jars. */
  readonly libs: string;
}

/** The broker's properties for a data folder. Loopback only, one node for everything. */
export function brokerProperties({ broker, controller }: BrokerPorts, data: string): string {
  const properties: Readonly<Record<string, string | number>> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${broker},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${broker}`,
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
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

/** Java's arguments that run the broker. */
export function brokerArguments({ libs }: BrokerRuntime, properties: string, flags: readonly string[]): string[] {
  return [
    '-Xms64m',
    '-Xmx512m',
    '-XX:+UseSerialGC',
    // The optimising compiler takes more processor time in a broker's short life than it saves: 400,000 records produced and
    // read cost half of it without.
    '-XX:TieredStopAtLevel=1',
    ...flags,
    '-Dorg.apache.logging.log4j.level=WARN',
    '-cp',
    join(libs, '*'),
    'kafka.Kafka',
    properties,
  ];
}

/** Makes the data folder of a new cluster. It appears complete or not at all. */
export async function formatBroker({ java, libs }: BrokerRuntime, ports: BrokerPorts, data: string): Promise<void> {
  const draft = `${data}.draft`;
  const properties = `${data}.format.properties`;
  rmSync(draft, { recursive: true, force: true });
  writeFileSync(properties, brokerProperties(ports, draft));
  await runTool({
    command: java,
    args: [
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-Xmx128m',
      '-cp',
      join(libs, '*'),
      'kafka.tools.StorageTool',
      'format',
      `--cluster-id=${clusterId()}`,
      `--config=${properties}`,
    ],
    environment: inheritedEnvironment(),
    purpose: "making Kafka's data folder",
  });
  rmSync(properties);
  renameSync(draft, data);
}

/** The id of the cluster that a data folder belongs to. */
export function clusterIdOf(data: string): string | undefined {
  return /^cluster\.id=(.+)$/m.exec(readFileSync(join(data, 'meta.properties'), 'utf8'))?.[1];
}

/** 16 random bytes as Kafka writes them. One that begins with a dash would be read as an option. */
function clusterId(): string {
  for (;;) {
    const id = randomBytes(16).toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}
