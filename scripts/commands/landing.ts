import { Command, InvalidArgumentError } from 'commander';
import { createKafka } from '../../activities/kafka/kafka.ts';
import { createLandingZone } from '../../activities/s3/landing-zone.ts';
import { createS3ObjectStore } from '../../activities/s3/s3-object-store.ts';
import { acceptLoss } from '../../activities/steps/landing-loss.ts';
import { loadSettings } from '../../config/environment.ts';

/** `tw landing`: what an operator may have to decide about the landing. */
export function landingCommand(): Command {
  return new Command('landing').description('decide what the landing must not decide by itself').addCommand(
    new Command('accept-loss')
      .description("give up records that Kafka's retention deleted before they were landed, so that landing can go on")
      .argument('<topic>', 'topic, as the error names it')
      .argument('<partition>', 'partition', count)
      .requiredOption('--from <offset>', 'first offset that is lost: the end of the chain', count)
      .requiredOption('--to <offset>', 'first offset that is not: the first one that Kafka still has', count)
      .action(
        async (topic: string, partition: number, { from, to }: { readonly from: number; readonly to: number }) => {
          const settings = loadSettings(['s3', 'kafka']);
          const store = createS3ObjectStore(settings.s3);
          const kafka = createKafka(settings.kafka);
          try {
            const zone = createLandingZone(store, { gzip: settings.landing.gzip });
            const object = await acceptLoss({ kafka, zone }, { topic, partition, from, to });
            process.stdout.write(
              `offsets ${from} to ${to - 1} of ${topic} partition ${partition} are given up: ${object.key}\n`,
            );
          } finally {
            await kafka.close();
            store.close();
          }
        },
      ),
  );
}

function count(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number)) throw new InvalidArgumentError('use a whole number');
  return number;
}
