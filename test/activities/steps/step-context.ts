import type { StepContext } from '../../../activities/shared/step-context.ts';

/** A context of a test, and what the step told it. */
export interface TestContext extends StepContext {
  /** Cursors that were heartbeaten, oldest first. */
  readonly heartbeats: unknown[];
  /** Warnings and errors that were logged. */
  readonly complaints: string[];
}

/** No step of these has large values. */
const noStore = (): Promise<never> => Promise.reject(new Error('there is no store in this test'));

/** A step's context outside any engine: run, cursor to go on from and signal as the test says. */
export function testContext(
  options: { runId?: string; dagId?: string; resumed?: unknown; signal?: AbortSignal; onHeartbeat?: () => void } = {},
): TestContext {
  const heartbeats: unknown[] = [];
  const complaints: string[] = [];
  const { dagId = 'testDag', runId = 'run-1' } = options;
  return {
    heartbeats,
    complaints,
    place: { dagId, runId, taskId: 'task', mapIndex: -1, tryNumber: 1, attempt: 1 },
    signal: options.signal ?? new AbortController().signal,
    resumed: options.resumed,
    values: { put: noStore, get: noStore },
    log: {
      debug: () => undefined,
      info: () => undefined,
      warn: (message) => complaints.push(message),
      error: (message) => complaints.push(message),
    },
    heartbeat: (cursor) => {
      // As the engine keeps it: JSON.
      heartbeats.push(JSON.parse(JSON.stringify(cursor)));
      options.onHeartbeat?.();
    },
  };
}
