import { randomBytes } from 'node:crypto';
import { boundLog, leftOutLine, lineBytes, logBytes, timeOf } from '../../pipeline/log-lines.ts';
import { tryLogKey } from '../../pipeline/run-keys.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import type { ObjectStore } from '../shared/object-store.ts';
import type { StepLog } from '../shared/step-context.ts';
import type { TryLogs } from '../shared/try-logs.ts';
import { appendLog, type LogBatch } from './log-append.ts';

/** What a keeper works with. */
export interface TryLogKeeperOptions {
  readonly store: ObjectStore;
  /** Told once when the store fails, and of what was lost by the end. Its lines belong to no try. */
  readonly log: Pick<StepLog, 'warn'>;
  /** Bytes that may wait for the store, of all tries together; then lines are left out. */
  readonly mostHeld?: number;
}

/** Milliseconds from the first line that waits to its append: what a killed worker may lose. */
const soon = 1_000;

/**
 * Bytes a millisecond at which a growing log is written again. Each append writes the whole object, so one that has grown
 * waits longer for its next: the traffic of a try that logs without end has a limit.
 */
const pace = 64;

/** Milliseconds between appends to a store that fails, at most. */
const longestWait = 60_000;

/** Appends that are under way at a time: logs must not keep a map of hundreds waiting for sockets and CPU. */
const lanes = 4;

/** Milliseconds that the end of a worker waits for the last appends. */
const closeTime = 3_000;

const defaultMostHeld = 16 * 1024 * 1024;

/** A try whose log is being written. */
interface OpenLog {
  readonly key: string;
  lines: string[];
  /** Of `lines`. */
  bytes: number;
  /** Lines that had no room since the last one of `lines`, and the time of the last of them. */
  gap: { readonly lines: number; readonly time: string } | undefined;
  /** Taken from `lines`, and not yet known to be kept: tried again as it is. */
  batch: (LogBatch & { readonly bytes: number }) | undefined;
  /** Of the object, as far as this worker knows. */
  size: number;
  failures: number;
  /** Until the next append; `undefined` while it is due or under way. */
  timer: NodeJS.Timeout | undefined;
}

/**
 * Keeps tries' logs in object storage, at the key that pipeline/run-keys.ts gives: lines are gathered for a second and
 * appended. While the store fails, lines wait in memory up to a limit; what does not fit is counted, and the log says so
 * in its place once the store is back.
 */
export function createTryLogKeeper({ store, log, mostHeld = defaultMostHeld }: TryLogKeeperOptions): TryLogs {
  const open = new Map<string, OpenLog>();
  const due: OpenLog[] = [];
  const working = new Set<Promise<void>>();
  const end = new AbortController();
  let held = 0;
  let lost = 0;
  let isClosed = false;
  let hasWarned = false;

  function wait(one: OpenLog, ms: number): void {
    one.timer = setTimeout(() => onTime(one), ms);
    one.timer.unref();
  }

  function onTime(one: OpenLog): void {
    one.timer = undefined;
    const hasNews = one.batch !== undefined || one.lines.length > 0;
    // A gap alone is worth a line, unless that failed before.
    if (!hasNews && (one.gap === undefined || one.failures > 0)) {
      open.delete(one.key);
      lost += countOf(one);
      return;
    }
    due.push(one);
    if (working.size >= lanes) return;
    const lane = work().finally(() => working.delete(lane));
    working.add(lane);
  }

  async function work(): Promise<void> {
    for (let one = due.shift(); one !== undefined; one = due.shift()) await append(one);
  }

  async function append(one: OpenLog): Promise<void> {
    one.batch ??= takeBatch(one);
    try {
      one.size = await appendLog(store, one.key, one.batch, { isNew: one.size === 0, signal: end.signal });
      held -= one.batch.bytes;
      one.batch = undefined;
      one.failures = 0;
      hasWarned &&= [...open.values()].some(({ failures }) => failures > 0);
    } catch (error) {
      one.failures += 1;
      onFailure(one, error);
    }
    const isDone = one.batch === undefined && one.lines.length === 0 && one.gap === undefined;
    if (!isClosed)
      wait(one, one.failures === 0 ? soon + one.size / pace : Math.min(longestWait, soon * 2 ** one.failures));
    else if (isDone) open.delete(one.key);
    else if (one.failures === 0) due.push(one);
  }

  function onFailure(one: OpenLog, error: unknown): void {
    if (!hasWarned && !end.signal.aborted) {
      hasWarned = true;
      const reason = error instanceof Error ? error.message : String(error);
      log.warn('the logs of tries are not kept for now; they are here only', { key: one.key, reason });
    }
    if (one.batch === undefined || !(error instanceof AdapterError) || error.canRetry) return;
    one.gap = { lines: one.batch.lines.length + (one.gap?.lines ?? 0), time: timeOf(one.batch.lines.at(-1) ?? '') };
    held -= one.batch.bytes;
    one.batch = undefined;
  }

  function takeBatch(one: OpenLog): NonNullable<OpenLog['batch']> {
    fillGap(one);
    const batch = { id: randomBytes(6).toString('hex'), lines: one.lines, bytes: one.bytes };
    one.lines = [];
    one.bytes = 0;
    return batch;
  }

  function fillGap(one: OpenLog): void {
    if (one.gap === undefined) return;
    const { lines, time } = one.gap;
    one.gap = undefined;
    push(one, leftOutLine(lines, time));
  }

  function push(one: OpenLog, line: string): void {
    const bytes = lineBytes(line);
    one.lines.push(line);
    one.bytes += bytes;
    held += bytes;
    // More than the object may have: cut now and then, so that cutting costs little.
    if (one.bytes <= 2 * logBytes) return;
    one.lines = [...boundLog(one.lines)];
    const left = one.lines.reduce((sum, kept) => sum + lineBytes(kept), 0);
    held += left - one.bytes;
    one.bytes = left;
  }

  return {
    add(place, line) {
      if (isClosed) return;
      const key = tryLogKey(place);
      let one = open.get(key);
      if (one === undefined) {
        one = { key, lines: [], bytes: 0, gap: undefined, batch: undefined, size: 0, failures: 0, timer: undefined };
        open.set(key, one);
        wait(one, soon);
      }
      if (held + lineBytes(line) > mostHeld) {
        one.gap = { lines: 1 + (one.gap?.lines ?? 0), time: timeOf(line) };
        return;
      }
      fillGap(one);
      push(one, line);
    },

    async close() {
      isClosed = true;
      const limit = setTimeout(() => end.abort(), closeTime);
      for (const one of open.values()) {
        if (one.timer === undefined) continue;
        clearTimeout(one.timer);
        onTime(one);
      }
      while (working.size > 0) await Promise.all(working);
      clearTimeout(limit);
      for (const one of open.values()) lost += countOf(one);
      if (lost > 0) log.warn('log lines could not be kept; they are here only', { lines: lost });
    },
  };
}

function countOf({ lines, batch, gap }: OpenLog): number {
  return lines.length + (batch?.lines.length ?? 0) + (gap?.lines ?? 0);
}
