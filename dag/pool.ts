import { handedOnBytes, mostHandedOn } from './handed-on.ts';

/** A task instance that asks for slots of a pool, as the pool keeps it. */
export interface SlotClaim {
  /** Names the claim: asking twice is asking once. */
  readonly id: string;
  readonly runId: string;
  /** Of the run that holds it. */
  readonly executionId: string;
  /** For people: `dag.task[index]`. */
  readonly label: string;
  /** Slots that it takes, from 1. */
  readonly slots: number;
  /** Who weighs more comes first. */
  readonly weight: number;
}

/** What a pool is by the word of who set it. */
export interface PoolSize {
  /** `null`: there is no such pool, so that nothing in it begins. */
  readonly slots: number | null;
  /** For people. */
  readonly description: string;
}

/** What a pool knows, and hands on to itself when its history has grown long. All but the name may be left out. */
export interface PoolStart extends Partial<PoolSize> {
  readonly name: string;
  readonly held?: readonly SlotClaim[];
  readonly waiting?: readonly SlotClaim[];
  /** Ids of claims that were given back lately. */
  readonly past?: readonly string[];
  /** When the run was started by whose word it has its size, epoch milliseconds; 0: nobody knows, or it was somebody else's. */
  readonly sizedBy?: number;
}

/** The slots of a pool: who holds them and who waits. Pure: it has no clock and tells nobody. What comes back are the claims that hold their slots from now on. */
export interface Pool {
  /** Takes a claim; the same one may come again. Of more than fit in a message the last in the line are not kept: they have to ask again. */
  readonly request: (claim: SlotClaim) => readonly SlotClaim[];
  /** Gives a claim back, held or not. */
  readonly release: (id: string) => readonly SlotClaim[];
  /** Gives back all that a run claims: it has ended, or is not to be found any more. */
  readonly runEnded: (executionId: string) => readonly SlotClaim[];
  /** More slots, fewer, or none: who holds some keeps them. */
  readonly resize: (size: PoolSize) => readonly SlotClaim[];
  /**
   * So many slots by the word of a task's own option, said by a run that was started then (epoch milliseconds, 0: nobody knows): that of the one
   * started last counts, since it knows the newest code.
   */
  readonly resizeBy: (slots: number, startedAt?: number) => readonly SlotClaim[];
  readonly holds: (id: string) => boolean;
  /** Why a claim waits; `undefined` for one that does not. */
  readonly reason: (id: string) => WaitReason | undefined;
  /** Whether somebody waits for another one to give slots back. */
  readonly blocked: () => boolean;
  readonly state: () => Required<PoolStart>;
}

/**
 * Why a claim waits: others hold the slots, there is no such pool, it has fewer slots than are claimed, or more claims wait than it keeps
 * (`queue_full`): that one has to ask again.
 */
export type WaitReason =
  | { readonly why: 'full'; readonly slots: number; readonly ahead: number }
  | { readonly why: 'queue_full'; readonly ahead: number }
  | { readonly why: 'no_pool' }
  | { readonly why: 'too_small'; readonly slots: number };

/** Claims that were given back, and are remembered: a message that was sent twice may come that late. */
const longestPast = 500;

/**
 * Airflow's pools: at most so many slots are held at a time; of those that wait the heaviest comes first, of equals the one that
 * has waited longest. Nobody passes by the first in line, so that one who needs many slots is not kept waiting by those who need few
 * (in Airflow they pass). Who needs more than there are waits outside of the line.
 */
export function openPool(start: PoolStart): Pool {
  const { name } = start;
  let { slots = null, description = '', sizedBy = 0 } = start;
  const held = new Map((start.held ?? []).map((claim) => [claim.id, claim]));
  const waiting = [...(start.waiting ?? [])];
  let past = [...(start.past ?? [])];
  let taken = [...held.values()].reduce((sum, claim) => sum + claim.slots, 0);
  let claimed = [...held.values(), ...waiting].reduce((sum, claim) => sum + handedOnBytes(claim), 0);

  const fits = (claim: SlotClaim): boolean => slots !== null && claim.slots <= slots;

  function admit(): readonly SlotClaim[] {
    const admitted: SlotClaim[] = [];
    for (let at = 0; at < waiting.length;) {
      const claim = waiting[at] as SlotClaim;
      if (!fits(claim)) {
        at++;
        continue;
      }
      if (slots === null || taken + claim.slots > slots) break;
      waiting.splice(at, 1);
      held.set(claim.id, claim);
      taken += claim.slots;
      admitted.push(claim);
    }
    return admitted;
  }

  function leave(isGone: (claim: SlotClaim) => boolean): void {
    for (const [id, claim] of held) {
      if (!isGone(claim)) continue;
      held.delete(id);
      taken -= claim.slots;
      claimed -= handedOnBytes(claim);
    }
    for (let at = waiting.length - 1; at >= 0; at--) if (isGone(waiting[at] as SlotClaim)) drop(at);
  }

  function drop(at: number): void {
    for (const claim of waiting.splice(at, 1)) claimed -= handedOnBytes(claim);
  }

  return {
    request: (claim) => {
      const { id } = claim;
      if (held.has(id) || past.includes(id) || waiting.some((other) => other.id === id)) return admit();
      const place = waiting.findIndex(({ weight }) => weight < claim.weight);
      waiting.splice(place < 0 ? waiting.length : place, 0, claim);
      claimed += handedOnBytes(claim);
      // Before anybody is let in, so that what is held fits, too.
      while (claimed > mostHandedOn && waiting.length > 0) drop(waiting.length - 1);
      return admit();
    },
    release: (id) => {
      leave((claim) => claim.id === id);
      past = [...past.filter((other) => other !== id), id].slice(-longestPast);
      return admit();
    },
    runEnded: (executionId) => {
      leave((claim) => claim.executionId === executionId);
      return admit();
    },
    resize: (size) => {
      ({ slots, description } = size);
      return admit();
    },
    resizeBy: (told, startedAt = 0) => {
      if (startedAt < sizedBy) return [];
      sizedBy = startedAt;
      if (told === slots) return [];
      [slots, description] = [told, ''];
      return admit();
    },
    holds: (id) => held.has(id),
    reason: (id) => {
      const at = waiting.findIndex((claim) => claim.id === id);
      const claim = waiting[at];
      if (claim === undefined) {
        return held.has(id) || past.includes(id) ? undefined : { why: 'queue_full', ahead: waiting.length };
      }
      if (slots === null) return { why: 'no_pool' };
      if (!fits(claim)) return { why: 'too_small', slots };
      return { why: 'full', slots, ahead: waiting.slice(0, at).filter(fits).length };
    },
    blocked: () => waiting.some(fits),
    state: () => ({
      name,
      slots,
      description,
      held: [...held.values()],
      waiting: [...waiting],
      past: [...past],
      sizedBy,
    }),
  };
}

/** Airflow's pool that is always there, and its slots where nobody has set others. */
export const defaultPool = { name: 'default_pool', slots: 128 } as const;

/** A pool that nobody has asked anything yet. */
export function newPool(name: string): PoolStart {
  return { name, ...(name === defaultPool.name && { slots: defaultPool.slots, description: 'Default pool' }) };
}

/** Whether a pool may be of this name. */
export function isPoolName(name: string): boolean {
  return /^[A-Za-z0-9_.-]{1,250}$/.test(name);
}

/** Name of the pool that holds a task's `maxActiveTisPerDag`: none that a person can give. */
export function taskLimitPool(dagId: string, taskId: string): string {
  return `${dagId}/${taskId}`;
}
