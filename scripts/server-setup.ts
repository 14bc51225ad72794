import { createKafka } from '../activities/kafka/kafka.ts';
import { checkCreateOnce } from '../activities/s3/create-once-check.ts';
import { createS3ObjectStore } from '../activities/s3/s3-object-store.ts';
import type { Settings } from '../config/settings.ts';
import { ensureNamespace } from './namespace.ts';
import { openTemporal } from './temporal-client.ts';
import { topicSpecs } from './topic-specs.ts';

/** What a set-up did, a line each, for people. */
export type SetupReport = (line: string) => void;

/** Days that Temporal's UI keeps closed runs, unless the namespace keeps them longer already. */
const retentionDays = 30;

/**
 * Makes what runs need on the servers of the settings: the namespace with its retention and search attributes, the bucket
 * (which must create objects only once), the topics. Idempotent. Throws AdapterError or CommandError when a server is
 * away or does not keep its promises.
 */
export async function setUpServers(settings: Settings, report: SetupReport): Promise<void> {
  await Promise.all([setUpTemporal(settings, report), setUpBucket(settings, report), setUpTopics(settings, report)]);
}

async function setUpTemporal({ temporal }: Settings, report: SetupReport): Promise<void> {
  const { namespace } = temporal;
  await using server = await openTemporal(temporal);
  const { created, retention, searchAttributes } = await ensureNamespace(server.connection, {
    namespace,
    retentionDays,
  });
  const news = [
    ...(created ? ['made'] : []),
    ...(retention === null ? [] : [`retention raised from ${retention.from} to ${retention.to} days`]),
    ...(searchAttributes.length > 0 ? [`search attributes ${searchAttributes.join(', ')} registered`] : []),
  ];
  report(`Temporal namespace ${namespace}: ${news.length > 0 ? news.join('; ') : 'as it should be'}`);
}

async function setUpBucket({ s3 }: Settings, report: SetupReport): Promise<void> {
  const store = createS3ObjectStore(s3);
  try {
    const outcome = await store.ensureBucket();
    await checkCreateOnce(store);
    report(`bucket ${s3.bucket}: ${outcome === 'created' ? 'made' : 'there'}; creates objects only once, as it must`);
  } finally {
    store.close();
  }
}

async function setUpTopics(settings: Settings, report: SetupReport): Promise<void> {
  const kafka = createKafka(settings.kafka);
  try {
    const topics = topicSpecs(settings);
    const created = await kafka.ensureTopics(topics);
    report(
      `topics ${topics.map(({ topic }) => topic).join(', ')}: ${created.length > 0 ? `${created.length} made` : 'there'}`,
    );
  } finally {
    await kafka.close();
  }
}
