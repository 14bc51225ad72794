import type { LandedChain, LandingZone } from '../s3/port.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import { auditLanding, type AuditOptions, type LandingAudit } from './landing-audit.ts';

/** What was found of one chain, from its first object to its last. */
export interface ChainAudit extends LandingAudit {
  readonly topic: string;
  readonly partition: number;
  /** Offset after the last one landed. */
  readonly end: number;
  /** What is wrong with it, in words; none of a whole chain. */
  readonly problems: readonly string[];
}

/**
 * Audits all chains of topics, whole: from offset 0 to the end of each. What is wrong with one does not keep the others
 * from being looked at. Keys in a chain's folder that are no landed object's are a problem as well, since notebooks
 * read the folder.
 */
export async function auditChains(
  zone: LandingZone,
  topics: readonly string[],
  options: AuditOptions,
): Promise<readonly ChainAudit[]> {
  const audits: ChainAudit[] = [];
  for (const topic of topics) {
    for (const chain of await zone.chains(topic, options.signal)) audits.push(await auditChain(zone, chain, options));
  }
  return audits;
}

async function auditChain(zone: LandingZone, chain: LandedChain, options: AuditOptions): Promise<ChainAudit> {
  const { topic, partition } = chain;
  const nothing = { objects: 0, offsets: 0, records: 0, quarantined: 0, absent: 0, lost: 0, end: 0 };
  const problems = chain.strangers.map((key) => `${key} is not a landed object: it does not belong into topics/`);
  if (partition < 0) return { topic, partition, ...nothing, problems };
  try {
    const end = (await zone.end(topic, partition, options.signal)) ?? 0;
    const audit = await auditLanding(zone, [{ topic, partition, from: 0, to: end }], options);
    if (audit.objects !== chain.objects) {
      problems.push(
        `the chain of ${topic} partition ${partition} links ${audit.objects} objects, but ${chain.objects} are listed: was it growing meanwhile?`,
      );
    }
    return { topic, partition, ...audit, end, problems };
  } catch (error) {
    if (!(error instanceof AdapterError) || error.code !== 'corrupt') throw error;
    return { topic, partition, ...nothing, problems: [...problems, error.message] };
  }
}
