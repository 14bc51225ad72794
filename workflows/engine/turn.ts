import { condition, defineSignal, setHandler, workflowInfo } from '@temporalio/workflow';
import type { Turn, TurnRequest } from '../../activities/temporal/port.ts';
import type { DagDefinition, RunContext } from '../../dag/definition.ts';
import { controlActivities } from './control.ts';

/** Tells a run that its turn has come. */
export const turnSignal = defineSignal('turn');

/** Why a run waits for its turn. */
export type Queued = Extract<Turn, { readonly go: false }>;

/**
 * Waits for a run's turn, which its DAG's controller gives, or until nothing of the run is left to do, since somebody marked it.
 * `onQueued` is told when the turn does not come at once.
 */
export async function takeTurn(
  request: TurnRequest,
  isThrough: () => boolean,
  onQueued: (queued: Queued) => void,
): Promise<void> {
  let come = false;
  setHandler(turnSignal, () => void (come = true));
  const turn = await controlActivities().requestTurn(request);
  if (turn.go || come) return;
  onQueued(turn);
  await condition(() => come || isThrough());
}

/** What a run asks its DAG's controller. */
export function turnRequest(
  { dagId, runId, runType, logicalDate }: RunContext,
  { maxActiveRuns, maxConsecutiveFailedDagRuns, isPausedUponCreation }: DagDefinition,
): TurnRequest {
  const { runId: executionId } = workflowInfo();
  const request = { dagId, runId, executionId, runType, logicalDate: logicalDate.getTime(), maxActiveRuns };
  return {
    ...request,
    ...(isPausedUponCreation === true && { isPausedUponCreation }),
    ...(maxConsecutiveFailedDagRuns !== undefined && { maxConsecutiveFailedDagRuns }),
  };
}

/** What the page of a run says while it waits for its turn; Markdown. */
export function queuedText({ id, maxActiveRuns }: DagDefinition, { reason, ahead }: Queued): string {
  if (reason === 'paused') return `**queued**: ${id} is paused; \`tw dags unpause ${id}\` lets its runs begin`;
  const others = ahead === 0 ? '' : `, and after ${ahead} ${ahead === 1 ? 'run that waits' : 'runs that wait'}, too`;
  return `**queued**: waits until fewer than ${maxActiveRuns} runs of ${id} (maxActiveRuns) are active${others}`;
}
