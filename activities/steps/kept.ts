import { AdapterError } from '../shared/adapter-error.ts';
import type { KeptInstance } from '../../dag/kept.ts';
import type { RunRecord, TaskInstanceRecord } from '../../dag/run-record.ts';
import type { RunLedger } from '../shared/run-ledger.ts';
import type { ControlActivities, KeptAttempt } from './control-contract.ts';

/** Bytes of JSON in one message to a run: what a task's result may have at most, so that any of them fits. */
const mostAtOnce = 1024 * 1024;

/** What is done with the records of a run's earlier attempts. Throws AdapterError with code `not_found` when one is gone, `conflict` when it is not the newest any more. */
export interface Kept {
  readonly ended: ControlActivities['endedAttempt'];
  readonly tasks: ControlActivities['keptTasks'];
  readonly results: ControlActivities['keptResults'];
  readonly partResults: ControlActivities['partResults'];
  /** A record with the results that its run kept of the attempt before. */
  readonly withKeptResults: (record: RunRecord) => Promise<RunRecord>;
}

/** Reads what is kept of runs. */
export function createKept(ledger: RunLedger): Kept {
  async function recordOf({ dagId, runId, attempt }: KeptAttempt): Promise<RunRecord> {
    const record = await ledger.read({ dagId, runId }, attempt);
    if (record !== undefined) return record;
    throw new AdapterError(`there is no record of attempt ${attempt} of run ${runId} of ${dagId}`, {
      system: 's3',
      code: 'not_found',
    });
  }

  /** A record of a later attempt has what somebody else had run meanwhile: to go on from this one would lose that. */
  async function newestOf({ attempt, ...run }: KeptAttempt): Promise<RunRecord> {
    const record = await ledger.read(run);
    if (record === undefined || record.attempt < attempt) return recordOf({ ...run, attempt });
    if (record.attempt === attempt) return record;
    throw new AdapterError(
      `attempt ${record.attempt} of run ${run.runId} has ended meanwhile, which somebody else had started; look at it, and say it again`,
      { system: 's3', code: 'conflict' },
    );
  }

  /** As many as fit in a message, and at least one. */
  async function resultsOf(tasks: readonly (TaskInstanceRecord | undefined)[]): Promise<readonly unknown[]> {
    const results: unknown[] = [];
    let bytes = 0;
    for (const task of tasks) {
      const text = task && (await ledger.result(task));
      bytes += Buffer.byteLength(text ?? '');
      if (results.length > 0 && bytes > mostAtOnce) break;
      results.push(text === undefined ? null : JSON.parse(text));
    }
    return results;
  }

  return {
    ended: async (run) => {
      const record = await ledger.read(run);
      if (record === undefined) return null;
      const { attempt, state, message, end } = record;
      return { attempt, state, end, ...(message !== undefined && { message }) };
    },
    tasks: async ({ from, ...attempt }) => {
      const { tasks } = await (from === 0 ? newestOf(attempt) : recordOf(attempt));
      const instances: KeptInstance[] = [];
      let bytes = 0;
      for (const { result, resultKey, partKey, kept: _, ...instance } of tasks.slice(from)) {
        const hasResult = instance.state === 'success' && [result, resultKey, partKey].some((one) => one !== undefined);
        const one = { ...instance, hasResult };
        bytes += Buffer.byteLength(JSON.stringify(one));
        if (instances.length > 0 && bytes > mostAtOnce) break;
        instances.push(one);
      }
      const next = from + instances.length;
      return { instances, next: next < tasks.length ? next : null };
    },
    results: async ({ instances, ...attempt }) => {
      const tasks = byInstance(await recordOf(attempt));
      return resultsOf(instances.map(({ taskId, mapIndex }) => tasks.get(keyOf(taskId, mapIndex))));
    },
    partResults: async ({ key, from }) => {
      const part = await ledger.readPart(key);
      if (part === undefined) {
        throw new AdapterError(`${key}, the record of a part of a map, is gone`, { system: 's3', code: 'not_found' });
      }
      return resultsOf(part.tasks.slice(from));
    },
    withKeptResults: async (record) => {
      const { dagId, runId, from } = record;
      if (from === undefined || !record.tasks.some(({ kept }) => kept)) return record;
      const before = byInstance(await recordOf({ dagId, runId, attempt: from }));
      const tasks = record.tasks.map((task) => {
        if (task.kept === undefined) return task;
        const { result, resultKey, partKey } = before.get(keyOf(task.taskId, task.mapIndex)) ?? {};
        return {
          ...task,
          ...(result !== undefined && { result }),
          ...(resultKey !== undefined && { resultKey }),
          ...(partKey !== undefined && { partKey }),
        };
      });
      return { ...record, tasks };
    },
  };
}

function byInstance({ tasks }: RunRecord): ReadonlyMap<string, TaskInstanceRecord> {
  return new Map(tasks.map((task) => [keyOf(task.taskId, task.mapIndex), task]));
}

function keyOf(taskId: string, mapIndex: number): string {
  return `${taskId}[${mapIndex}]`;
}
