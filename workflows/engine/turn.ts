import { condition, defineSignal, setHandler, workflowInfo } from '@temporalio/workflow';
import type { Turn, TurnRequest } from '../../activities/temporal/port.ts';
import type { DagDefinition, RunContext } from '../../dag/definition.ts';
import { controlActivities } from './control.ts';

/** Tells a run that its turn has come. */
export const turnSignal = defineSignal('turn');

/** Why a run waits for its turn. */
export type Queued = Extract<Turn, { readonly go: false }>;

/**
 * Milliseconds after which a run that waits for its turn, or for a pool, asks again: at first, and at most, since each time costs it some
 * events of history; and where its place in the line is not kept.
 */
export const patience = { first: 5 * 60_000, longest: 6 * 3_600_000, longestUnkept: 10 * 60_000 };

/**
 * Waits for a run's turn, which its DAG's controller gives, or until nothing of the run is left to do, since somebody marked it.
 * `onQueued` is told when the turn does not come at once. It asks again from time to time: a controller that was terminated
 * tells nobody before somebody asks, and one with a very long queue does not keep the last ones.
 */
export async function takeTurn(
  request: TurnRequest,
  isThrough: () => boolean,
  onQueued: (queued: Queued) => void,
): Promise<void> {
  let come = false;
  setHandler(turnSignal, () => void (come = true));
  for (let wait = patience.first; ; wait *= 2) {
    const turn = await controlActivities().requestTurn(request);
    if (turn.go || come) return;
    onQueued(turn);
    const longest = turn.reason === 'queue_full' ? patience.longestUnkept : patience.longest;
    if (await condition(() => come || isThrough(), Math.min(wait, longest))) return;
  }
}

/** What a run asks its DAG's controller. */
export function turnRequest(
  { dagId, runId, runType, logicalDate }: RunContext,
  { maxActiveRuns, maxConsecutiveFailedDagRuns, isPausedUponCreation, tasks }: DagDefinition,
): TurnRequest {
  const { runId: executionId, startTime } = workflowInfo();
  const request = { dagId, runId, executionId, runType, logicalDate: logicalDate.getTime(), maxActiveRuns };
  return {
    ...request,
    startedAt: startTime.getTime(),
    ...(isPausedUponCreation === true && { isPausedUponCreation }),
    ...(maxConsecutiveFailedDagRuns !== undefined && { maxConsecutiveFailedDagRuns }),
    ...(tasks.some(({ dependsOnPast }) => dependsOnPast === true) && { dependsOnPast: true }),
  };
}

/** What the page of a run says while it waits for its turn; Markdown. */
export function queuedText({ id, maxActiveRuns }: DagDefinition, { reason, ahead }: Queued): string {
  if (reason === 'paused') return `**queued**: ${id} is paused; \`tw dags unpause ${id}\` lets its runs begin`;
  const others = ahead === 0 ? '' : `, and after ${ahead} ${ahead === 1 ? 'run that waits' : 'runs that wait'}, too`;
  return `**queued**: waits until fewer than ${maxActiveRuns} runs of ${id} (maxActiveRuns) are active${others}`;
}
