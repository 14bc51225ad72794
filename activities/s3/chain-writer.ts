import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { z } from 'zod';
import { chainFormatKey, gapsKey, landedKey, quarantineKey, type LandedEncoding } from '../../pipeline/landing/keys.ts';
import {
  factsProblem,
  fitsMetadata,
  formatFacts,
  formatGaps,
  type Gaps,
  type ObjectFacts,
} from '../../pipeline/landing/object-facts.ts';
import { formatSpans, normalSpans, spansOfOffsets, subtractSpans } from '../../pipeline/landing/offset-spans.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import { readJson } from '../shared/json-document.ts';
import type { ObjectStore } from '../shared/object-store.ts';
import { corrupt, landedObjectAt } from './landed-object.ts';
import type { LandedObject, LandingDraft, LandingZone } from './port.ts';
import { quarantineLines } from './quarantine-lines.ts';

const compress = promisify(gzip);

/** The part of a {@link LandingZone} that lengthens chains. */
export function createChainWriter(
  store: ObjectStore,
  options: { readonly gzip: boolean },
): Pick<LandingZone, 'create'> {
  const encodings = new Map<string, Promise<LandedEncoding>>();

  /**
   * How a topic's objects are stored. One start offset has one key only where all writers agree on its ending, so the
   * first writer of a topic decides for all: what the settings say then is kept create-once.
   */
  async function fixEncoding(topic: string, signal: AbortSignal | undefined): Promise<LandedEncoding> {
    const key = chainFormatKey(topic);
    const wanted: LandedEncoding = options.gzip ? 'gzip' : 'identity';
    const body = Buffer.from(`${JSON.stringify({ version: 1, encoding: wanted })}\n`);
    const known = await store.get(key, signal);
    if (known === undefined) {
      const outcome = await store.create(key, body, { contentType: 'application/json', ...(signal && { signal }) });
      if (outcome === 'created') return wanted;
    }
    const format = known ?? (await store.get(key, signal));
    const encoding = format && readJson(chainFormat, format.body)?.encoding;
    if (encoding === undefined) throw corrupt(`${key} does not say how the objects of ${topic} are stored`);
    return encoding;
  }

  async function encodingOfTopic(topic: string, signal: AbortSignal | undefined): Promise<LandedEncoding> {
    const known = encodings.get(topic);
    if (known !== undefined) return known;
    const fixed = fixEncoding(topic, signal);
    encodings.set(topic, fixed);
    try {
      return await fixed;
    } catch (error) {
      encodings.delete(topic);
      throw error;
    }
  }

  /** Keeps the bad records under a name that their content gives, so that writing them again changes nothing. */
  async function keepBadRecords(draft: LandingDraft, signal: AbortSignal | undefined): Promise<string | undefined> {
    if (draft.quarantined.length === 0) return undefined;
    const body = quarantineLines(draft.quarantined, { stage: 'landing', runId: draft.runId });
    const sha256 = hashOf(body);
    const key = quarantineKey(draft, draft.start, sha256);
    await store.create(key, body, {
      metadata: { sha256 },
      contentType: 'application/x-ndjson',
      sha256,
      ...(signal && { signal }),
    });
    return key;
  }

  /** Gaps as they go to the metadata, or to an object of their own where they are too many. */
  async function keepGaps(
    draft: LandingDraft,
    gaps: Gaps,
    signal: AbortSignal | undefined,
  ): Promise<ObjectFacts['gaps']> {
    if (fitsMetadata(gaps)) return gaps;
    const body = Buffer.from(JSON.stringify(formatGaps(gaps)));
    const sha256 = hashOf(body);
    const key = gapsKey(draft, draft.start, sha256);
    await store.create(key, body, { contentType: 'application/json', sha256, ...(signal && { signal }) });
    return { key };
  }

  return {
    async create(draft, signal) {
      const gaps = gapsOf(draft);
      const counts = { next: draft.next, records: draft.records, quarantined: draft.quarantined.length };
      const sha256 = hashOf(draft.lines);
      const facts = { ...counts, sha256, bytes: draft.lines.length, lost: draft.lost };
      refuseContradiction(draft, { ...facts, gaps, quarantineKey: undefined }, gaps);
      const encoding = await encodingOfTopic(draft.topic, signal);
      const quarantine = await keepBadRecords(draft, signal);
      const stored = encoding === 'gzip' ? await compress(draft.lines, { level: gzipLevel }) : draft.lines;
      const key = landedKey({ ...draft, encoding });
      const keptGaps = await keepGaps(draft, gaps, signal);
      const outcome = await store.create(key, stored, {
        metadata: formatFacts({ ...facts, gaps: keptGaps, quarantineKey: quarantine }),
        contentType: encoding === 'gzip' ? 'application/gzip' : 'application/x-ndjson',
        ...(encoding === 'gzip' ? {} : { sha256 }),
        ...(signal && { signal }),
      });
      const own: LandedObject = {
        key,
        topic: draft.topic,
        partition: draft.partition,
        start: draft.start,
        ...facts,
        // As it will be read back: a draft may name neighbours one by one.
        missing: normalSpans(draft.missing),
        quarantinedOffsets: gaps.quarantined,
        quarantineKey: quarantine,
        size: stored.length,
        encoding,
      };
      if (outcome === 'created') return { won: true, object: own };
      const winner = await landedObjectAt(store, draft, signal);
      if (winner === undefined) throw corrupt(`${key} exists, but is not there when it is looked at`);
      return isSame(winner, own) ? { won: true, object: own } : { won: false, object: winner };
    },
  };
}

/** Fast rather than small: compression is the landing's dearest step, and levels above gain a few per cent on JSON. */
const gzipLevel = 3;

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function gapsOf(draft: LandingDraft): Gaps {
  const quarantined = spansOfOffsets(draft.quarantined.map(({ offset }) => offset));
  return { quarantined, absent: subtractSpans(draft.missing, quarantined) };
}

const chainFormat = z.object({ version: z.literal(1), encoding: z.enum(['identity', 'gzip']) });

/**
 * Whether the object that was there first is one's own, whose response was lost, or one that another try or run made
 * of the same records to the same bounds: then it makes no difference.
 */
function isSame(stored: LandedObject, own: LandedObject): boolean {
  return (
    stored.next === own.next &&
    stored.sha256 === own.sha256 &&
    stored.records === own.records &&
    stored.quarantineKey === own.quarantineKey &&
    stored.lost === own.lost &&
    formatSpans(stored.missing) === formatSpans(own.missing)
  );
}

/** A defect of the caller must not become a chain that contradicts itself. */
function refuseContradiction(draft: LandingDraft, facts: ObjectFacts, gaps: Gaps): void {
  const problem = factsProblem(draft.start, facts, gaps);
  if (problem === undefined) return;
  throw new AdapterError(`refused to land ${draft.topic} partition ${draft.partition} at ${draft.start}: ${problem}`, {
    system: 's3',
    code: 'internal',
    canRetry: false,
  });
}
