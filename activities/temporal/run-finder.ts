import type { Client } from '@temporalio/client';
import { runAttributes } from '../../dag/run-attributes.ts';
import type { RunState } from '../../dag/states.ts';
import type { DatedRun, FoundTask, KnownRun, RunFinder } from './port.ts';
import { isOpen } from './execution-status.ts';
import { saidOf, type ListedRun } from './listed-run.ts';
import { isNotFound, told } from './temporal-error.ts';

/** Milliseconds that a run has to tell where its tasks are: a worker may have to replay it first. */
const answerWithin = 10_000;

/** What is read of a run's answer: one page of its task instances. */
interface StatesPage {
  readonly tasks: readonly FoundTask[];
  readonly next?: number;
}

/** Finds runs through a Temporal client. */
export function createRunFinder(client: Client): RunFinder {
  return {
    find: (runId) =>
      told(`looking for run ${runId}`, async () => {
        try {
          return knownRun(await client.workflow.getHandle(runId).describe());
        } catch (error) {
          if (isNotFound(error)) return undefined;
          throw error;
        }
      }),
    ofDate: (dagId, logicalDate) =>
      told(`looking for the run of ${dagId} for ${logicalDate}`, async () => {
        const query = `WorkflowType = '${dagId}' AND ${runAttributes.logicalDate} = '${logicalDate}'`;
        return newestExecutions(client, query, knownRun);
      }),
    between: (dagId, { from, before }) =>
      told(`looking for runs of ${dagId} before ${new Date(before).toISOString()}`, async () => {
        // Dates have milliseconds only where they are not 0, and a dot comes before a Z: whole seconds bound them from outside.
        const query = [
          `WorkflowType = '${dagId}'`,
          `${runAttributes.logicalDate} <= '${secondsOf(before)}Z'`,
          ...(from === null ? [] : [`${runAttributes.logicalDate} >= '${secondsOf(from)}'`]),
        ].join(' AND ');
        const found = await newestExecutions(client, query, datedRun);
        return found.filter(({ logicalDate }) => logicalDate < before && (from === null || logicalDate >= from));
      }),
    tasksOf: ({ runId, executionId }) =>
      told(`asking run ${runId} for its tasks`, async () => {
        const handle = client.workflow.getHandle(runId, executionId);
        const deadline = Date.now() + answerWithin;
        try {
          const tasks: FoundTask[] = [];
          for (let from: number | undefined = 0; from !== undefined;) {
            const asked = { from };
            const page: StatesPage = await client.withDeadline(deadline, () =>
              handle.query<StatesPage, [{ readonly from: number }]>('states', asked),
            );
            tasks.push(...page.tasks.map(({ taskId, state }) => ({ taskId, state })));
            from = page.next;
          }
          return tasks;
        } catch (error) {
          if (Date.now() >= deadline - 500 || isNotFound(error)) return undefined;
          throw error;
        }
      }),
    knowsDag: (dagId) =>
      told(`looking for runs of ${dagId}`, async () => {
        const { count } = await client.workflow.count(`WorkflowType = '${dagId}'`);
        return count > 0;
      }),
  };
}

/** Of each run that is found its newest execution. */
async function newestExecutions<Run extends KnownRun>(
  client: Client,
  query: string,
  toRun: (info: ListedRun) => Run,
): Promise<readonly Run[]> {
  const found = new Map<string, Run>();
  for await (const info of client.workflow.list({ query })) {
    const run = toRun(info);
    const before = found.get(run.runId);
    if (before === undefined || before.start < run.start) found.set(run.runId, run);
  }
  return [...found.values()];
}

function knownRun(info: ListedRun): KnownRun {
  const { workflowId: runId, runId: executionId, startTime } = info;
  return { runId, executionId, state: stateOf(info), start: startTime.getTime() };
}

function datedRun(info: ListedRun): DatedRun {
  return {
    ...knownRun(info),
    logicalDate: Date.parse(String(saidOf(info, runAttributes.logicalDate))),
    isManual: saidOf(info, runAttributes.runType) === 'manual',
  };
}

function secondsOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 19);
}

function stateOf(info: ListedRun): RunState {
  const { status } = info;
  if (status.name === 'COMPLETED') return 'success';
  if (!isOpen(status)) return 'failed';
  const said = saidOf(info, runAttributes.runState);
  // Before its first word it is queued; a run that has told of its end is about to close.
  return said === undefined || said === 'queued' ? 'queued' : 'running';
}
