import type { StepContext } from '../../activities/shared/step-context.ts';

const silent = (): void => undefined;

const noStore = (): Promise<never> => Promise.reject(new Error('a benchmark stores no values'));

/** A step's context for a benchmark: nothing to go on from, nobody to tell. */
export function benchContext(runId: string, signal: AbortSignal): StepContext {
  return {
    place: { dagId: 'bench', runId, taskId: 'bench', mapIndex: -1, tryNumber: 1, attempt: 1 },
    log: { debug: silent, info: silent, warn: silent, error: silent },
    signal,
    resumed: undefined,
    values: { put: noStore, get: noStore },
    heartbeat: silent,
  };
}
