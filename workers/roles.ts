/** What a worker process may do; each role polls a task queue of its own. */
export const workerRoles = ['orchestration', 'io', 'engine'] as const;

/** `orchestration` runs workflows, `io` waits for other systems, `engine` uses the machine's cores and memory (DuckDB). */
export type WorkerRole = (typeof workerRoles)[number];

/**
 * Activities that run at a time in one process, by role. Fixed numbers, since what an activity costs is known: an `io` one
 * holds buffers of a few megabytes, an `engine` one a DuckDB with its own memory limit (TW_DUCKDB_MEMORY).
 */
export const activitySlots: Readonly<Record<Exclude<WorkerRole, 'orchestration'>, number>> = { io: 16, engine: 2 };

/** A task queue of an installation: each role's, and that of the controllers, which role `orchestration` serves, too. */
export type WorkerQueue = WorkerRole | 'control';

/**
 * Name of a task queue, `<stem>-io`; where tasks name a queue of their own, `<stem>-io-<queue>`. Workflows find the others by the same
 * rule (workflows/engine/activities-on.ts).
 */
export function roleQueue(taskQueue: string, role: WorkerQueue, queue: string | null = null): string {
  return queue === null ? `${taskQueue}-${role}` : `${taskQueue}-${role}-${queue}`;
}

/** Whether a task queue is that of an installation's controllers. */
export function isControlQueue(taskQueue: string): boolean {
  return taskQueue.endsWith('-control');
}

/** Reads `orchestration,io`; throws a sentence for a role that there is not. */
export function parseRoles(text: string): readonly WorkerRole[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const unknown = names.filter((name) => !(workerRoles as readonly string[]).includes(name));
  if (unknown.length > 0 || names.length === 0) {
    const which = unknown.length > 0 ? `there is no role ${unknown.join(', ')}` : 'no role was named';
    throw new Error(`${which}; roles are ${workerRoles.join(', ')}`);
  }
  return workerRoles.filter((role) => names.includes(role));
}
