import Table from 'cli-table3';
import { Command } from 'commander';
import { createKafka } from '../../activities/kafka/kafka.ts';
import type { KafkaPort, TopicDescription } from '../../activities/kafka/port.ts';
import { loadSettings } from '../../config/environment.ts';
import type { Settings } from '../../config/settings.ts';
import { topicSpecs } from '../topic-specs.ts';

/** `tw topics`: the three Kafka topics of this user. */
export function topicsCommand(): Command {
  const command = new Command('topics').description('create and list the Kafka topics');
  command
    .command('create')
    .description('create the topics that are missing, as TW_KAFKA_PARTITIONS, _REPLICATION and _RETENTION_MS say')
    .action(() => withKafka(create));
  command
    .command('list')
    .description('partitions and offsets of the topics of TW_USER')
    .option('--json', 'print JSON')
    .action(({ json = false }: { readonly json?: boolean }) =>
      withKafka((kafka, settings) => list(kafka, settings, json)),
    );
  return command;
}

async function withKafka(work: (kafka: KafkaPort, settings: Settings) => Promise<void>): Promise<void> {
  const settings = loadSettings(['kafka']);
  const kafka = createKafka(settings.kafka);
  try {
    await work(kafka, settings);
  } finally {
    await kafka.close();
  }
}

async function create(kafka: KafkaPort, settings: Settings): Promise<void> {
  const topics = topicSpecs(settings);
  const created = await kafka.ensureTopics(topics);
  for (const { topic } of topics) console.log(`${topic}: ${created.includes(topic) ? 'created' : 'there already'}`);
}

async function list(kafka: KafkaPort, { user }: Settings, json: boolean): Promise<void> {
  const topics = await kafka.listTopics(`${user}.`);
  if (json) console.log(JSON.stringify(topics));
  else if (topics.length === 0) console.log(`there are no topics ${user}.*; create them with \`tw topics create\``);
  else console.log(tableOf(topics));
}

function tableOf(topics: readonly TopicDescription[]): string {
  const table = new Table({
    head: ['topic', 'partition', 'from', 'to', 'records at most'],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  for (const { topic, partitions } of topics) {
    for (const { partition, low, high } of partitions) {
      table.push([topic, partition, low, high, (high - low).toLocaleString('en')]);
    }
  }
  return table.toString();
}
