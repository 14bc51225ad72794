import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { ControllerStatus, DagControl } from '../../activities/temporal/port.ts';
import type { PauseOrder } from '../../dag/turns.ts';
import { instantText } from '../../workflows/engine/search-attributes.ts';
import { turnsOf } from '../dag-control.ts';

/** Where a run waits. */
export interface WaitingRun {
  readonly runId: string;
  readonly dagId: string;
  /** When Temporal lets it begin, epoch milliseconds; `null`: at once. */
  readonly notBefore: number | null;
}

/** What is known of the turns of its DAG: `undefined`: there is no controller yet; `null`: no worker told. */
export interface TurnsKnown {
  readonly pause: PauseOrder | undefined;
  readonly status: ControllerStatus | undefined | null;
}

/** Runs that are named at most. */
const mostNamed = 5;

/** Why a queued run waits, in a sentence, as far as Temporal and the controller of its DAG can say. */
export async function whyQueued(
  { client, control }: { readonly client: Client; readonly control: DagControl },
  { runId, dagId }: Pick<WaitingRun, 'runId' | 'dagId'>,
): Promise<string> {
  const [notBefore, pause, status] = await Promise.all([
    beginOf(client, runId),
    control.pauseOf(dagId),
    turnsOf(control, dagId),
  ]);
  return whyQueuedText({ runId, dagId, notBefore }, { pause, status }, Date.now());
}

/** The sentence of {@link whyQueued}; `now` in epoch milliseconds. */
export function whyQueuedText(
  { runId, dagId, notBefore }: WaitingRun,
  { pause, status }: TurnsKnown,
  now: number,
): string {
  if (notBefore !== null && notBefore > now)
    return `it begins no earlier than ${instantText(new Date(Math.round(notBefore / 1_000) * 1_000))}`;
  if (pause?.paused === true) {
    const why = pause.note === '' ? '' : ` (${pause.note})`;
    return `${dagId} is paused${why}: tw dags unpause ${dagId} lets its runs begin`;
  }
  if (status === null) return 'not known: no worker answers for its DAG; start one (tw worker)';
  const ahead = status?.queued.indexOf(runId) ?? -1;
  if (status?.active.includes(runId) === true) return 'it has its turn and is about to begin';
  if (status === undefined || ahead < 0) return 'no worker has taken it up yet, or it has not asked for its turn';
  const { active, maxActiveRuns } = status;
  const more = active.length - mostNamed;
  const holders = `${active.slice(0, mostNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const before = ahead === 0 ? '' : `; ${ahead === 1 ? '1 run waits' : `${ahead} runs wait`} before it`;
  const limit = maxActiveRuns === 1 ? '1 run' : `${maxActiveRuns} runs`;
  return `${dagId} lets ${limit} be active at a time (maxActiveRuns), and active ${active.length === 1 ? 'is' : 'are'}: ${holders}${before}`;
}

/** When Temporal lets a run begin that was started for later; `null` for any other. */
async function beginOf(client: Client, runId: string): Promise<number | null> {
  try {
    const { executionTime } = await client.workflow.getHandle(runId).describe();
    return executionTime?.getTime() ?? null;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
