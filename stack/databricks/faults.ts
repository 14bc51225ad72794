import { z } from 'zod';
import { finalStates } from './run-model.ts';

/** Ways in which an answer can go wrong. */
const faultKinds = ['status', 'html', 'reset', 'slow', 'lost'] as const;

const faultSchema = z.strictObject({
  /** Path without `/api/2.x/`: `jobs/runs/submit`, or `oidc/v1/token`; `*`: every one of the API, signing in not among them. */
  endpoint: z.string().default('*'),
  /**
   * `status`: an error instead of the work. `html`: the same as a gateway's page. `reset`: the connection is cut before the
   * work. `slow`: the answer comes later. `lost`: **the work is done and the connection is cut**.
   */
  kind: z.enum(faultKinds),
  status: z.int().min(400).max(599).default(500),
  errorCode: z.string().default('INTERNAL_ERROR'),
  message: z.string().default('A fault that was asked for'),
  /** Seconds, or a date, for the header of that name. */
  retryAfter: z.string().optional(),
  /** Milliseconds before the answer, of `slow`. */
  delayMs: z.int().min(0).default(1_000),
  /** Calls that it happens to; for ever when it is left out. */
  times: z.int().min(1).optional(),
  /** Calls that pass before. */
  after: z.int().min(0).default(0),
  probability: z.number().min(0).max(1).default(1),
  /** Begins the row of random numbers: the same seed, the same calls. */
  seed: z.int().default(1),
});

const endSchema = z.strictObject({
  life_cycle_state: z.enum(finalStates),
  result_state: z.string().optional(),
  code: z.string(),
  type: z.string(),
  message: z.string().default(''),
  exit: z.string().optional(),
  /** Tasks that end so. */
  times: z.int().min(1).default(1),
});

/** What a test asks of the server. */
export const faultsSchema = z.strictObject({
  faults: z.array(faultSchema).default([]),
  /** How the next tasks end, in the place of their notebooks. */
  ends: z.array(endSchema).default([]),
});

/** A fault as {@link faultsSchema} has it. */
export type Fault = Readonly<z.output<typeof faultSchema>>;

/** An end of a task as {@link faultsSchema} has it. */
export type EndFault = Readonly<z.output<typeof endSchema>>;

/** Faults that were asked for. */
export interface Faults {
  readonly add: (order: z.output<typeof faultsSchema>) => void;
  readonly clear: () => void;
  /** The fault of this call, if any; counts it. */
  readonly take: (endpoint: string) => Fault | undefined;
  /** The end of the next task, if one was asked for; counts it. */
  readonly takeEnd: () => EndFault | undefined;
  /** How many calls each kind has happened to since the last clear. */
  readonly counts: () => Readonly<Record<string, number>>;
}

/** None yet. */
export function createFaults(): Faults {
  let active: { readonly fault: Fault; readonly random: () => number; seen: number; hit: number }[] = [];
  let ends: { readonly end: EndFault; left: number }[] = [];
  let counted = new Map<string, number>();
  return {
    add: (order) => {
      for (const fault of order.faults) active.push({ fault, random: randomRow(fault.seed), seen: 0, hit: 0 });
      for (const end of order.ends) ends.push({ end, left: end.times });
    },
    clear: () => {
      active = [];
      ends = [];
      counted = new Map();
    },
    take: (endpoint) => {
      for (const one of active) {
        const { fault } = one;
        const fits = fault.endpoint === '*' ? !endpoint.startsWith('oidc/') : fault.endpoint === endpoint;
        if (!fits) continue;
        if (fault.times !== undefined && one.hit >= fault.times) continue;
        one.seen++;
        if (one.seen <= fault.after || one.random() >= fault.probability) continue;
        one.hit++;
        counted.set(fault.kind, (counted.get(fault.kind) ?? 0) + 1);
        return fault;
      }
      return undefined;
    },
    takeEnd: () => {
      const [first] = ends;
      if (first === undefined) return undefined;
      first.left--;
      if (first.left === 0) ends = ends.slice(1);
      return first.end;
    },
    counts: () => Object.fromEntries(counted),
  };
}

/** Numbers from 0 up to 1, the same ones for the same seed (mulberry32). */
function randomRow(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
