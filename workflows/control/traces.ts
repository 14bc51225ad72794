import { patched, upsertMemo } from '@temporalio/workflow';

/** Memo of what looks after runs: counts what has happened to it other than by messages. Of no use but that it stands in the history. */
const traceMemo = 'tradewindTrace';

/**
 * Leaves an event in the history of the caller's workflow: where something changes, or may have begun to, by anything else than an
 * update. workflows/engine/settled.ts tells why a workflow task must not pass without one; these updates are too frequent for its way.
 */
export function leaveTrace(count: number): void {
  if (patched('leaves-traces')) upsertMemo({ [traceMemo]: count });
}
