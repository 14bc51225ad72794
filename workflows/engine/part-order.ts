import type { RunContext, RunType } from '../../dag/definition.ts';
import type { PackedEnds } from '../../dag/part-end.ts';
import type { Part } from './current-task.ts';

/** Name of the memo of an execution that runs a part of a long map, not a run. */
export const partMemo = 'tradewindPart';

/** What a part is given. Dates are epoch milliseconds. */
export interface PartOrder extends Omit<Part, 'wantsResults'> {
  readonly runId: string;
  readonly runType: RunType;
  readonly logicalDate: number;
  readonly dataInterval: readonly [start: number, end: number];
  readonly partitionKey?: string;
  readonly triggeringAssetEvents?: RunContext['triggeringAssetEvents'];
  /** The run's input, as it came. */
  readonly input: unknown;
}

/** What a part gives back. */
export interface PartEnd {
  /** Key of its record; `null` when that could not be kept. */
  readonly key: string | null;
  readonly ends: PackedEnds;
}
