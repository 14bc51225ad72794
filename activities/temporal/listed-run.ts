import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { RunType } from '../../dag/definition.ts';
import { handedOnBytes, mostHandedOn } from '../../dag/handed-on.ts';
import { runAttributes } from '../../dag/run-attributes.ts';
import type { Ticket } from '../../dag/turns.ts';

/** What a listing of runs and a description of one have in common. */
export type ListedRun = Pick<
  WorkflowExecutionInfo,
  'workflowId' | 'runId' | 'status' | 'startTime' | 'typedSearchAttributes'
>;

/** What a run has said of itself, by the name of the search attribute; `undefined` before it has. */
export function saidOf({ typedSearchAttributes }: ListedRun, name: string): unknown {
  return typedSearchAttributes.getAll().find(({ key }) => key.name === name)?.value;
}

/**
 * Runs of a DAG that go on, on a task queue: those that have had their turn and not told their end. Of more than {@link mostHandedOn}
 * bytes some. Visibility is some moments behind.
 */
export async function runsWithTurn(client: Client, dagId: string, runQueue: string): Promise<readonly Ticket[]> {
  const query = [
    `WorkflowType = '${dagId}'`,
    `TaskQueue = '${runQueue}'`,
    'CloseTime IS NULL',
    // Parts of long maps, and runs that wait, say something else.
    `${runAttributes.runState} = 'running'`,
  ].join(' AND ');
  const tickets: Ticket[] = [];
  let bytes = 0;
  for await (const info of client.workflow.list({ query })) {
    const { workflowId: runId, runId: executionId } = info;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the engine writes, before the state that was asked for
    const runType = saidOf(info, runAttributes.runType) as RunType;
    const logicalDate = Date.parse(String(saidOf(info, runAttributes.logicalDate)));
    const ticket = { runId, executionId, runType, logicalDate };
    bytes += handedOnBytes(ticket);
    if (bytes > mostHandedOn) break;
    tickets.push(ticket);
  }
  return tickets;
}
