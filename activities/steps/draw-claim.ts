import { z } from 'zod';
import { drawModes } from '../../pipeline/draw/draw-mode.ts';
import { drawId } from '../../pipeline/draw/draw.ts';
import { keyPart, runPrefix } from '../../pipeline/run-keys.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import { readJson } from '../shared/json-document.ts';
import type { ObjectStore } from '../shared/object-store.ts';
import type { StepContext } from '../shared/step-context.ts';
import type { EmulateInput } from './contract.ts';

const place = z.int().min(0);

/** `runs/<dag>/<run id>/inputs/draw.json`: the part [from, to) of a draw that a run posts, fixed for ever. */
const drawPart = z
  .object({ version: z.literal(1), mode: z.enum(drawModes), seed: z.int(), last: place, from: place, to: place })
  .refine(({ from, to }) => from <= to);

/** The part of a draw that a run posts, with all that is needed to draw it again. */
export type DrawPart = Readonly<z.infer<typeof drawPart>>;

/** `runs/…/inputs/draw-start.json`: where the run's first attempt began to look for a free part. */
const drawStart = z.object({ version: z.literal(1), from: place });

/** `draws/<draw>/<from, 12 digits>.json`: the part [from, to) of the draw belongs to a run, and to no other. */
const drawClaim = z
  .object({ version: z.literal(1), from: place, to: place, dag: z.string(), run: z.string() })
  .refine(({ from, to }) => from < to);

/**
 * Fixes which part of its draw a run posts, once: every later attempt, clear or re-run of the run gets the same part. Runs
 * of one draw take parts after each other, without gaps and never the same one, even two at once: each part is an object
 * created once, named by where it begins, and the next one begins where it ends.
 *
 * An attempt may die between any two of the objects that it creates. A claim is therefore found again from where the
 * run's first attempt began to look, which is fixed before anything is claimed: the chain from there on is without gaps.
 * `last` is the table's last offset of now; the run keeps it, so that its draw stays what it was when the table grows.
 */
export async function claimDraw(
  store: ObjectStore,
  input: EmulateInput,
  last: number,
  context: StepContext,
): Promise<DrawPart> {
  const { signal } = context;
  const inputs = `${runPrefix(context.place)}inputs/`;
  const fixed = await read(store, `${inputs}draw.json`, drawPart, signal);
  if (fixed !== undefined) return fixed;
  const { from, to } =
    input.draw === 'whole' ? { from: 0, to: last + 1 } : await claim(store, input, `${inputs}draw-start.json`, context);
  const part: DrawPart = { version: 1, mode: input.draw, seed: input.seed, last, from, to };
  return createOrRead(store, `${inputs}draw.json`, drawPart, part, signal);
}

async function claim(
  store: ObjectStore,
  input: EmulateInput,
  startKey: string,
  { place: run, signal }: StepContext,
): Promise<{ readonly from: number; readonly to: number }> {
  const prefix = `draws/${keyPart(drawId({ mode: input.draw, seed: input.seed }))}/`;
  const start =
    (await read(store, startKey, drawStart, signal)) ??
    (await createOrRead(store, startKey, drawStart, { version: 1, from: await end(store, prefix, signal) }, signal));
  let { from } = start;
  for (;;) {
    signal.throwIfAborted();
    const mine = { version: 1 as const, from, to: from + input.posts, dag: run.dagId, run: run.runId };
    const owner = await createOrRead(store, claimKey(prefix, from), drawClaim, mine, signal);
    if (owner.dag === run.dagId && owner.run === run.runId) return owner;
    from = owner.to;
  }
}

/** Where the last claim of a draw ends, by a listing. One that misses a claim does no harm: who tries to take it, sees it. */
async function end(store: ObjectStore, prefix: string, signal: AbortSignal): Promise<number> {
  let key: string | undefined;
  for await (const listed of store.list(prefix, { signal })) key = listed.key;
  if (key === undefined) return 0;
  return (await read(store, key, drawClaim, signal))?.to ?? 0;
}

function claimKey(prefix: string, from: number): string {
  return `${prefix}${String(from).padStart(12, '0')}.json`;
}

/** Creates a document, or reads the one that is there: another's, or this one's own, whose response was lost. */
async function createOrRead<T>(
  store: ObjectStore,
  key: string,
  schema: z.ZodType<T>,
  document: T,
  signal: AbortSignal,
): Promise<T> {
  const body = Buffer.from(`${JSON.stringify(document)}\n`);
  if ((await store.create(key, body, { contentType: 'application/json', signal })) === 'created') return document;
  return (await read(store, key, schema, signal)) ?? document;
}

async function read<T>(
  store: ObjectStore,
  key: string,
  schema: z.ZodType<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  const stored = await store.get(key, signal);
  if (stored === undefined) return undefined;
  const document = readJson(schema, stored.body);
  if (document !== undefined) return document;
  throw new AdapterError(`${key} is not what a run wrote there; it fixes the inputs of runs and must not be edited`, {
    system: 's3',
    code: 'corrupt',
  });
}
