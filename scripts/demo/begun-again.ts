import type { WorkflowHandle } from '@temporalio/client';

/** The part of a run's history that is looked at. */
interface History {
  readonly events?:
    | readonly {
        readonly activityTaskStartedEventAttributes?: {
          readonly attempt?: number | null;
          readonly identity?: string | null;
        } | null;
      }[]
    | null;
}

/**
 * What a run's history says, in a sentence, of activities that a lost worker had in hand. `worker` is the one that was
 * started in its place.
 */
export async function whatWasBegunAgain(handle: Pick<WorkflowHandle, 'fetchHistory'>, worker: number): Promise<string> {
  return begunAgain(await handle.fetchHistory(), worker);
}

/** The sentence of {@link whatWasBegunAgain}, from the history itself. */
export function begunAgain({ events }: History, worker: number): string {
  const again = (events ?? [])
    .map(({ activityTaskStartedEventAttributes: started }) => started)
    .filter((started) => (started?.attempt ?? 1) > 1);
  if (again.length === 0) return 'no activity was in hand at that moment; the run finished all the same';
  const most = Math.max(...again.map((started) => started?.attempt ?? 1));
  // The SDK names a worker <pid>@<host>.
  const byIt = again.every((started) => started?.identity?.startsWith(`${worker}@`));
  const what = again.length === 1 ? '1 activity was' : `${again.length} activities were`;
  return `${what} begun again${byIt ? ` by worker ${worker}` : ''} (attempt ${most === 2 ? '2' : `up to ${most}`}); the run finished all the same`;
}
