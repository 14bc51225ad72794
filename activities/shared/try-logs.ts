import type { TryPlace } from '../../pipeline/run-keys.ts';

/** Keeps the log of each try where it outlives the worker. Never throws, and nobody waits for it but the end of the worker. */
export interface TryLogs {
  /** Takes one line (JSON, without its end) of a try's log; it is kept soon after. Lines of one try keep their order. */
  add(place: TryPlace, line: string): void;
  /** Keeps what is left, for a few seconds at most; lines that come later are not kept. */
  close(): Promise<void>;
}
