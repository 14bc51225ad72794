import type { TaskError } from '../../dag/outcome.ts';
import type { TaskState } from '../../dag/states.ts';

/** One try of one task instance. Times are epoch milliseconds of the workflow's clock. */
export interface TryRecord {
  readonly tryNumber: number;
  readonly start: number;
  readonly end: number | null;
  readonly state: TaskState;
  readonly error: TaskError | null;
}

/** What a run knows of one task instance: its tries and, in the end, its result. */
export interface TaskRecord {
  readonly taskId: string;
  readonly mapIndex: number;
  /** Name of the map index for people; `undefined` for a task that is not mapped. */
  readonly mapLabel: string | undefined;
  readonly tries: TryRecord[];
  value: unknown;
  error: TaskError | null;
}
