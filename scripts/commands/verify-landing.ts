import Table from 'cli-table3';
import { Command } from 'commander';
import { createLandingZone } from '../../activities/s3/landing-zone.ts';
import { createS3ObjectStore } from '../../activities/s3/s3-object-store.ts';
import { auditChains, type ChainAudit } from '../../activities/steps/chain-audit.ts';
import { loadSettings } from '../../config/environment.ts';
import type { Settings } from '../../config/settings.ts';
import { tableNames, topicName } from '../../pipeline/tables.ts';
import { CommandError } from '../failure.ts';

/** What the bucket proves of the landing. */
export interface LandingProof {
  /** Whether every chain is whole. */
  readonly ok: boolean;
  readonly bucket: string;
  /** Whether the bytes were read as well. */
  readonly bytes: boolean;
  readonly chains: readonly ChainAudit[];
}

/** How a proof is asked for. */
export interface VerifyLandingOptions {
  /** Read every object through, and not its key and metadata alone. */
  readonly bytes: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Proves from the bucket alone, without Kafka or Temporal, that the objects of every partition of the three topics tile
 * their offsets: nothing lost, nothing twice. Reads only. Throws AdapterError when the bucket cannot be read.
 */
export async function verifyLanding(settings: Settings, options: VerifyLandingOptions): Promise<LandingProof> {
  const store = createS3ObjectStore(settings.s3);
  try {
    const zone = createLandingZone(store, { gzip: settings.landing.gzip });
    const topics = tableNames.map((table) => topicName(settings.user, table));
    const chains = await auditChains(zone, topics, options);
    const ok = chains.every(({ problems }) => problems.length === 0);
    return { ok, bucket: settings.s3.bucket, bytes: options.bytes, chains };
  } finally {
    store.close();
  }
}

/** A proof as a table, the problems below it. */
export function landingProofText(proof: LandingProof): string {
  const head = ['topic', 'partition', 'objects', 'offsets', 'records', 'quarantined', 'absent', 'lost', ''];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const chain of proof.chains) {
    const counts = [chain.objects, chain.offsets, chain.records, chain.quarantined, chain.absent, chain.lost];
    const verdict = chain.problems.length === 0 ? 'whole' : 'BROKEN';
    table.push([chain.topic, chain.partition, ...counts.map((count) => count.toLocaleString('en')), verdict]);
  }
  if (proof.chains.length === 0) return `bucket ${proof.bucket} has no landed objects of these topics`;
  const problems = proof.chains.flatMap((chain) => chain.problems);
  return [table.toString(), ...problems].join('\n');
}

/** `tw verify landing`: exits 1 when a chain is not whole. */
export function verifyLandingCommand(): Command {
  return new Command('landing')
    .description('prove that the landed objects of each partition tile its offsets: nothing lost, nothing twice')
    .option('--no-bytes', 'look at keys, metadata and quarantine alone; faster, and trusts that no line was changed')
    .option('--json', 'print the proof as one JSON document')
    .action(async (_options: object, command: Command) => {
      // `tw verify` has a --json of its own, and takes the one that is meant for us.
      const { bytes, json = false } = command.optsWithGlobals<{ readonly bytes: boolean; readonly json?: boolean }>();
      const proof = await verifyLanding(loadSettings(['s3']), { bytes });
      process.stdout.write(`${json ? JSON.stringify(proof) : landingProofText(proof)}\n`);
      if (!proof.ok) throw new CommandError('the landing is not whole: see docs/landing.md');
    });
}
