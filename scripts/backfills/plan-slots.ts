import { planBackfill, type BackfillRequest, type BackfillRow } from '../../dag/backfill.ts';
import type { BackfillSlot } from '../../dag/backfill-run.ts';
import type { DagDefinition } from '../../dag/definition.ts';
import { isRefusal } from '../../dag/refusal.ts';
import { scheduledRunId } from '../../dag/run-identity.ts';
import { slotPartitionKey } from '../../dag/timetable.ts';
import type { RunLedger } from '../../activities/shared/run-ledger.ts';
import { CommandError } from '../failure.ts';
import type { RunReader } from '../runs/run-reader.ts';

/** Where a backfill is planned from. */
export interface PlanningOptions {
  readonly reader: RunReader;
  readonly ledger: RunLedger;
  readonly now: Date;
  readonly hasActiveBackfill: boolean;
  readonly isCatchup: boolean;
}

/** What a backfill will do, slot by slot, and those of them that it is to run. */
export interface PlannedBackfill {
  readonly rows: readonly BackfillRow[];
  readonly slots: readonly BackfillSlot[];
}

/** More slots than that are refused: a mistake most likely, and a plan of 5 MB. */
const mostSlots = 50_000;

/** Works out what a backfill will do with the runs that there are. Throws CommandError where it is refused. */
export async function planSlots(
  definition: DagDefinition,
  request: BackfillRequest,
  { reader, ledger, now, hasActiveBackfill, isCatchup }: PlanningOptions,
): Promise<PlannedBackfill> {
  const { id: dagId, timetable } = definition;
  const runIdOf = (slot: { readonly runAfter: number }): string => scheduledRunId(dagId, slot.runAfter);
  const situation = { now: now.getTime(), runIdOf, hasActiveBackfill, isCatchup, mostSlots };
  const plan = (runs: Parameters<typeof planBackfill>[2]['runs']): readonly BackfillRow[] => {
    const planned = planBackfill(definition, request, { ...situation, runs });
    if (isRefusal(planned)) throw new CommandError(planned.message);
    return planned;
  };
  // The slots alone say which runs matter.
  const starts = plan([]).map(({ start }) => start);
  const range = { from: new Date(Math.min(...ends(starts))), to: new Date(Math.max(...ends(starts))) };
  const found = await reader.list({ dagId, startDate: range.from, endDate: range.to, limit: Number.MAX_SAFE_INTEGER });
  const attempts = new Map<string, number>();
  for await (const { runId, attempt } of ledger.list(dagId, range)) attempts.set(runId, attempt);
  const rows = plan(
    found.map(({ runId, state, logicalDate }) => ({
      runId,
      state,
      logicalDate: logicalDate === null ? null : Date.parse(logicalDate),
    })),
  );
  const slots = rows.flatMap(({ action, runId, start, end, runAfter }) => {
    if (action === 'leave') return [];
    const partitionKey = timetable === null ? undefined : slotPartitionKey(timetable, { runAfter });
    const slot = { runId, start, end, ...(partitionKey !== undefined && { partitionKey }) };
    return [action === 'reprocess' ? { ...slot, attempt: attempts.get(runId) ?? 0 } : slot];
  });
  return { rows, slots };
}

/** First and last of a list that goes up or down. */
function ends(instants: readonly number[]): readonly [number, number] {
  const [first = 0] = instants;
  return [first, instants.at(-1) ?? first];
}
