import type { RunState } from '../../dag/states.ts';
import { instantText, partState, searchAttributeKeys } from '../../workflows/engine/search-attributes.ts';

/** Which runs are asked for. */
export interface RunFilter {
  readonly dagId?: string;
  readonly state?: RunState;
  /** The first logical date, inclusive. */
  readonly startDate?: Date;
  /** The last logical date, inclusive. */
  readonly endDate?: Date;
  /** At most so many runs. */
  readonly limit: number;
}

const { dag, logicalDate, runState } = searchAttributeKeys;

/** What goes on, in visibility: "Running", or "Paused", a status that older servers do not know and refuse. */
const isOpen = 'CloseTime IS NULL';

/** How each state shows in visibility. What ended by another's hand has not said so itself. */
const states: Readonly<Record<RunState, string>> = {
  queued: `${isOpen} AND (${runState.name} IS NULL OR ${runState.name} = "queued")`,
  running: `${isOpen} AND ${runState.name} = "running"`,
  success: 'ExecutionStatus = "Completed"',
  failed: 'ExecutionStatus IN ("Failed", "Canceled", "Terminated", "TimedOut")',
};

/**
 * A filter in the words of Temporal's visibility. It may let runs of the very second of a bound through: see {@link isWithin}.
 * `dagIds`: DAGs whose runs count though they have not said of which DAG they are.
 */
export function visibilityQuery(
  { dagId, state, startDate, endDate }: Omit<RunFilter, 'limit'>,
  dagIds: readonly string[],
): string {
  const types = dagIds.map(quoted).join(', ');
  const own = types === '' ? '' : ` OR WorkflowType IN (${types})`;
  return [
    // Parts of long maps are workflows of their DAG's type, too.
    `(${runState.name} IS NULL OR ${runState.name} != "${partState}")`,
    dagId === undefined ? `(${dag.name} IS NOT NULL${own})` : `WorkflowType = ${quoted(dagId)}`,
    ...(state === undefined ? [] : [`(${states[state]})`]),
    // As text a whole second comes after its milliseconds ("00Z" and "00.5Z"), so the bound below is the second without its end.
    ...(startDate === undefined ? [] : [`${logicalDate.name} >= ${quoted(startDate.toISOString().slice(0, 19))}`]),
    ...(endDate === undefined ? [] : [`${logicalDate.name} <= ${quoted(`${endDate.toISOString().slice(0, 19)}Z`)}`]),
  ].join(' AND ');
}

/** Whether a logical date (ISO 8601, UTC; `null`: not known yet) is within the bounds. */
export function isWithin(
  date: string | null,
  { startDate, endDate }: Pick<RunFilter, 'startDate' | 'endDate'>,
): boolean {
  if (startDate === undefined && endDate === undefined) return true;
  if (date === null) return false;
  const at = Date.parse(date);
  return at >= (startDate?.getTime() ?? at) && at <= (endDate?.getTime() ?? at);
}

/** The bounds of a filter for people. */
export function filterText({ dagId, state, startDate, endDate }: RunFilter): string {
  const parts = [
    ...(dagId === undefined ? [] : [`of ${dagId}`]),
    ...(state === undefined ? [] : [`that is ${state}`]),
    ...(startDate === undefined ? [] : [`from ${instantText(startDate)}`]),
    ...(endDate === undefined ? [] : [`until ${instantText(endDate)}`]),
  ];
  return parts.map((part) => ` ${part}`).join('');
}

/** Ids have no quotes; a person may type one all the same. */
function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '')}"`;
}
