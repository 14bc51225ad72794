import { createBackfillPlans } from '../../activities/s3/backfill-plans.ts';
import type { BackfillRow, ReprocessBehavior } from '../../dag/backfill.ts';
import type { BackfillOrder } from '../../dag/backfill-run.ts';
import type { DagDefinition } from '../../dag/definition.ts';
import { instantText } from '../../workflows/engine/search-attributes.ts';
import { CommandError } from '../failure.ts';
import type { OpenRuns } from '../runs/open-runs.ts';
import { newBackfillId, openBackfills } from './backfills.ts';
import { planSlots } from './plan-slots.ts';

/** What a backfill is made from, and with. */
export type BackfillGround = Pick<OpenRuns, 'client' | 'reader' | 'ledger' | 'store'> & {
  readonly settings: Pick<OpenRuns['settings'], 'taskQueue'>;
};

/** A backfill that somebody wants. */
export interface BackfillWish {
  readonly fromDate: Date;
  readonly toDate: Date;
  readonly maxActiveRuns: number;
  readonly reprocessBehavior: ReprocessBehavior;
  readonly runBackwards: boolean;
  readonly conf: Readonly<Record<string, unknown>>;
  /** Whether it makes up for what the DAG's `catchup` asks for, rather than for what somebody wants. */
  readonly isCatchup?: boolean;
}

/** What became of it. */
export interface MadeBackfill {
  readonly order: BackfillOrder;
  readonly rows: readonly BackfillRow[];
  /** Not where there was nothing to run, or it was only tried. */
  readonly isCreated: boolean;
}

/** Plans a backfill with the code and the runs that there are now, and starts it. Throws CommandError where it is refused. */
export async function createBackfill(
  { client, settings, reader, ledger, store }: BackfillGround,
  definition: DagDefinition,
  { fromDate, toDate, conf, isCatchup = false, ...request }: BackfillWish,
  isTrial: boolean,
): Promise<MadeBackfill> {
  const { id: dagId } = definition;
  const backfills = openBackfills(client, settings.taskQueue);
  const now = new Date();
  const last = await backfills.find(dagId);
  const { rows, slots } = await planSlots(
    definition,
    { fromDate: fromDate.getTime(), toDate: toDate.getTime(), ...request },
    { reader, ledger, now, hasActiveBackfill: last !== undefined && last.end === null, isCatchup },
  );
  const order: BackfillOrder = {
    backfillId: newBackfillId(dagId, now),
    dagId,
    createdAt: now.toISOString(),
    fromDate: instantText(fromDate),
    toDate: instantText(toDate),
    ...request,
    conf,
    slots: slots.length,
    // One that left no record has nothing to keep.
    again: slots.filter(({ attempt = 0 }) => attempt > 0).length,
    left: rows.length - slots.length,
  };
  if (isTrial || slots.length === 0) return { order, rows, isCreated: false };
  await createBackfillPlans(store).write(order, slots);
  if (await backfills.start(order)) return { order, rows, isCreated: true };
  throw new CommandError(`another backfill of ${dagId} has just been created; wait for its end, or cancel it`);
}
