import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { keyPart, runPrefix } from '../../pipeline/run-keys.ts';
import type { Databricks, DatabricksRun } from '../databricks/port.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import { readJson } from '../shared/json-document.ts';
import type { ObjectStore } from '../shared/object-store.ts';
import type { StepPlace } from '../shared/step-context.ts';

/** Who waits for a Databricks run: a try of a task, in an execution of the Temporal run. */
export interface ClaimHolder {
  /** Temporal's run id of the execution. */
  readonly execution: string;
  /** When that began, epoch milliseconds. */
  readonly since: number;
  readonly tryNumber: number;
}

/**
 * `runs/<dag>/<run id>/databricks/<task>/<map index>/<call>.json`: the newest Databricks run of a call that a task makes, and who waits for
 * it. Written before Databricks is asked, so that whatever dies, the next one who wants a run finds the one that there may be.
 */
const claimDocument = z.object({
  version: z.literal(1),
  /** For people. */
  call: z.string(),
  /** Drawn with the document: an installation's tokens are nobody else's, nor those of one whose bucket was emptied. */
  nonce: z.string(),
  /** Which of the call's Databricks runs it is, from 1: the next one begins when the end of this one is known. */
  generation: z.int().min(1),
  /** SHA-256 of what was asked for. */
  order: z.string(),
  /** `null`: Databricks was perhaps asked, and its answer is not known. */
  runId: z.int().nullable(),
  holder: z.object({ execution: z.string(), since: z.int(), tryNumber: z.int() }),
});

type Claim = Readonly<z.infer<typeof claimDocument>>;

/** What is wanted of Databricks once. */
export interface ClaimOrder {
  readonly place: Pick<StepPlace, 'dagId' | 'runId' | 'taskId' | 'mapIndex'>;
  /** Names the call within the task, the same in every try. */
  readonly call: string;
  readonly holder: ClaimHolder;
  /** What is asked for, as text: whether a run that goes on is the one that is wanted. */
  readonly order: string;
  readonly namespace: string;
  /** Has Databricks start the run of a token, or give the one that it has. */
  readonly start: (token: string) => Promise<number>;
  readonly signal: AbortSignal;
}

/**
 * The Databricks run of a try's call: started now, or before. At no time do two of a call go on: a run that an earlier try has left, since it
 * was lost, or could not cancel it, is taken over while it goes on, where it was asked for the same, and else cancelled first. What has ended
 * is never taken for what is asked now, unless this very try has started it.
 *
 * Throws AdapterError: `conflict` with `canRetry` while an earlier run is coming to its end, and without where a later try has come first.
 */
export async function claimRun(store: ObjectStore, databricks: Databricks, order: ClaimOrder): Promise<number> {
  const { holder, signal, start } = order;
  const key = claimKey(order);
  const asked = hashOf(order.order);
  const first = { version: 1 as const, call: order.call, nonce: randomUUID(), generation: 1, runId: null };
  for (;;) {
    signal.throwIfAborted();
    const stored = await store.get(key, signal);
    if (stored === undefined) {
      await store.create(key, bytesOf({ ...first, order: asked, holder }), { contentType: 'application/json', signal });
      continue;
    }
    const claim = read(key, stored.body);
    const replace = (next: Partial<Claim>): Promise<'replaced' | 'changed'> =>
      store.replaceVersion(key, bytesOf({ ...claim, ...next }), stored.version, {
        contentType: 'application/json',
        signal,
      });
    if (isLater(claim.holder, holder)) {
      throw conflict(`a later try of ${order.place.taskId} has its Databricks run already: this one is over`, false);
    }
    if (isSame(claim.holder, holder)) {
      const runId = claim.runId ?? (await start(tokenOf(order, claim)));
      if (claim.runId === runId || (await replace({ runId })) === 'replaced') return runId;
    } else if (claim.runId === null) {
      await replace({ holder, order: asked });
    } else {
      const run = await find(databricks, claim.runId, signal);
      if (run === undefined || run.verdict !== undefined) {
        await replace({ holder, order: asked, generation: claim.generation + 1, runId: null });
      } else if (claim.order === asked && !run.isEnding) await replace({ holder });
      else {
        if (!run.isEnding) await databricks.cancel(claim.runId, signal);
        throw conflict(`run ${claim.runId}, of an earlier try, is being cancelled, and has not ended yet`, true);
      }
    }
  }
}

/** Names a Databricks run before there is one, so that asking twice starts one. 64 characters, the API's limit. */
export function tokenOf(
  { namespace, place: { runId, taskId, mapIndex }, call }: Pick<ClaimOrder, 'namespace' | 'place' | 'call'>,
  { nonce, generation }: Pick<Claim, 'nonce' | 'generation'>,
): string {
  return hashOf(JSON.stringify([nonce, namespace, runId, taskId, mapIndex, call, generation]));
}

function claimKey({ place, call }: Pick<ClaimOrder, 'place' | 'call'>): string {
  return `${runPrefix(place)}databricks/${keyPart(place.taskId)}/${place.mapIndex}/${hashOf(call).slice(0, 16)}.json`;
}

function read(key: string, body: Buffer): Claim {
  const claim = readJson(claimDocument, body);
  if (claim !== undefined) return claim;
  throw new AdapterError(
    `${key} is not what a run wrote there: it says which Databricks run is whose, and must not be edited`,
    {
      system: 's3',
      code: 'corrupt',
    },
  );
}

/** `undefined`: the workspace has forgotten it, as it does after 60 days. */
async function find(databricks: Databricks, runId: number, signal: AbortSignal): Promise<DatabricksRun | undefined> {
  try {
    return await databricks.run(runId, signal);
  } catch (error) {
    if (error instanceof AdapterError && error.code === 'not_found') return undefined;
    throw error;
  }
}

/** Executions of a run follow each other, as tries of one do. One that was reset has the beginning of the one before, and other tries. */
function isLater(one: ClaimHolder, other: ClaimHolder): boolean {
  return one.execution === other.execution ? one.tryNumber > other.tryNumber : one.since > other.since;
}

function isSame(one: ClaimHolder, other: ClaimHolder): boolean {
  return one.execution === other.execution && one.tryNumber === other.tryNumber;
}

function conflict(words: string, canRetry: boolean): AdapterError {
  return new AdapterError(`Databricks: ${words}`, { system: 'databricks', code: 'conflict', canRetry });
}

function bytesOf(claim: Claim): Buffer {
  return Buffer.from(`${JSON.stringify(claim)}\n`);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
