/**
 * What the pipeline's tasks ask of a worker: one activity a function, one object in, one object out. Keys, offsets and
 * counts travel here; data never does. Workflows import this as types, workers implement it from the steps of this folder.
 */
import type { DatabricksActivities } from './databricks-contract.ts';
import type { QuestionName } from '../../pipeline/questions/questions.ts';
import type { DrawMode } from '../../pipeline/draw/draw-mode.ts';
import type { TableName } from '../../pipeline/tables.ts';

/** What `emulate` posts: which part of which draw, how fast, in which wire format. */
export interface EmulateInput {
  /** Posts to take from the draw in this run; ignored by `whole` and by `rows`. */
  readonly posts: number;
  readonly draw: DrawMode;
  /** Seed of the draw; 100 in the course. */
  readonly seed: number;
  /** Posts a second; `null` = as fast as it goes. The course's pace is `course`: a pause of 0 or 1 s between posts. */
  readonly rate: number | 'course' | null;
  /** `space`: `2018-01-01 10:00:00`; `iso`: `2018-01-01T10:00:00`. Both occur in the wild. */
  readonly timestamps: 'space' | 'iso';
  /** Object storage prefix with `pin.jsonl`, `geo.jsonl`, `user.jsonl` to post instead of the database, in arrival order. */
  readonly rows: string | null;
}

/** What the run posted. The same for every attempt and re-run of the run, since its part of the draw is fixed once. */
export interface EmulateResult {
  /** Posts of the run's part of the draw [from, to); for `rows`, lines. */
  readonly draw: { readonly from: number; readonly to: number };
  /** Records that the run's posts come to, by table. */
  readonly records: Readonly<Record<TableName, number>>;
}

/** Which topic `planLanding` fixes the offsets of. */
export interface PlanLandingInput {
  readonly table: TableName;
}

/** Offsets [from, to) that a run lands of one topic partition. Fixed once a run. */
export interface LandingRange {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** Which offsets of which topic partition `landPartition` lands. */
export interface LandPartitionInput {
  readonly table: TableName;
  readonly range: LandingRange;
}

/** What was landed of a range. `records` + `quarantined` (+ offsets absent from the log) account for every offset of it. */
export interface LandedPartition extends LandingRange {
  readonly objects: number;
  readonly records: number;
  readonly quarantined: number;
  readonly bytes: number;
}

/** A table's landing: every partition of its topic. */
export interface LandResult {
  readonly table: TableName;
  readonly partitions: readonly LandedPartition[];
}

/** Which landed ranges `clean` takes into the Delta table. */
export interface CleanInput {
  readonly table: TableName;
  readonly landed: LandResult;
}

/** What a cleaning did to its table. A retry after a lost report gives the same figures, from the commit. */
export interface CleanResult {
  readonly table: TableName;
  /** Delta version that holds this run's rows. */
  readonly version: number;
  /** Lines read = clean + quarantined. */
  readonly read: number;
  readonly clean: number;
  readonly quarantined: number;
  /** Rows in the table afterwards: one an `ind`. */
  readonly rows: number;
  readonly inserted: number;
  readonly updated: number;
  /** Documented fields that records of this run did not have, with how many did not. */
  readonly missing: Readonly<Record<string, number>>;
}

/** One part of the eight questions, by the name that `--json` and the Delta tables carry. */
export type AnswerName = QuestionName;

/** The cleaned tables whose versions the eight questions are asked of. */
export interface AnswerInput {
  readonly cleaned: readonly CleanResult[];
}

/** Where the answers are. */
export interface AnswerResult {
  /** Object storage key of all answers as one JSON document `{q4: [{…}], …}`. */
  readonly key: string;
  /** Rows an answer has. */
  readonly rows: Readonly<Record<AnswerName, number>>;
}

/** What the report is made of. Whatever a failed or skipped task leaves out is `null`, and the page says so. */
export interface ReportInput {
  readonly answers: AnswerResult | null;
  /** Why there are no answers, in a sentence for people, for example the error of the task; `null` when there are some. */
  readonly failure: string | null;
  readonly emulated: EmulateResult | null;
  /** One a table that was landed, in any order. */
  readonly landed: readonly LandResult[] | null;
  /** One a table that was cleaned, in any order. */
  readonly cleaned: readonly CleanResult[] | null;
  /** ISO 8601 with time zone; `null` for a run that has none. */
  readonly logicalDate: string | null;
  /** The run's data interval [start, end), ISO 8601 with time zone; `null` for a run that has none. */
  readonly dataInterval: { readonly start: string; readonly end: string } | null;
}

/** Where the report is. */
export interface ReportResult {
  /** Object storage key of the HTML page. */
  readonly key: string;
}

/** What `verify` proves: all that the run landed, cleaned and answered. */
export interface VerifyInput {
  readonly landed: readonly LandResult[];
  /** What DuckDB cleaned and answered; nothing where notebooks did so alone. */
  readonly cleaned: readonly CleanResult[];
  readonly answers: AnswerResult | null;
  /** What notebooks answered; their tables are their own to prove. */
  readonly notebookAnswers: AnswerResult | null;
}

/** What was proved. A check that fails throws and says what is wrong. */
export interface VerifyResult {
  /** Objects, offsets and rows that were checked; a failed check throws. */
  readonly objects: number;
  readonly offsets: number;
  readonly rows: number;
}

/** Which objects `findObjects` looks for in the bucket of the settings. */
export interface FindObjectsInput {
  /** Each of them has to be there. */
  readonly bucketKey: readonly string[];
  /** Whether they are patterns, of which each has to match an object. */
  readonly wildcardMatch: boolean;
  /** Bytes; a smaller object does not count. */
  readonly minSize: number;
}

/** An object that was found. */
export interface FoundObject {
  readonly key: string;
  /** Bytes as stored. */
  readonly size: number;
  /** ISO 8601, UTC. */
  readonly lastModified: string;
}

/** Where a partition of a topic ends, or should: the offset after its last record. */
export interface PartitionEnd {
  readonly partition: number;
  readonly offset: number;
}

/** How far `findOffsets` wants a topic to be. */
export interface FindOffsetsInput {
  /** The topic, or the table whose topic it is. */
  readonly topic: string | { readonly table: TableName };
  /** Partitions that count; `null` = all. Those that `offsets` names have to be there in any case. */
  readonly partitions: readonly number[] | null;
  /** Ends that have to be reached. */
  readonly offsets: readonly PartitionEnd[];
  /** Records that have to be there, over all partitions that count. */
  readonly records: number;
  /** Where counting begins; a partition that it does not name is counted from the first record that Kafka still has. */
  readonly since: readonly PartitionEnd[];
}

/** Which runs of a DAG `findDagRuns` looks at, and in which states they, or tasks of theirs, decide. */
export interface FindDagRunsInput {
  readonly dagId: string;
  /** Logical dates, ISO 8601, UTC; the run of each of them counts. */
  readonly logicalDates: readonly string[];
  /** Tasks whose states decide, all indexes of each; none: the runs' own states. */
  readonly taskIds: readonly string[];
  /** Each has to be in one of them. */
  readonly allowedStates: readonly string[];
  /** One that is in one of them ends the wait as failed. */
  readonly failedStates: readonly string[];
  /** One that is in one of them ends the wait as skipped. */
  readonly skippedStates: readonly string[];
  /** Whether a DAG of which nothing is known ends the wait. */
  readonly checkExistence: boolean;
}

/** A run that was found. */
export interface FoundDagRun {
  readonly runId: string;
  /** ISO 8601, UTC, as it was asked for. */
  readonly logicalDate: string;
  readonly state: 'queued' | 'running' | 'success' | 'failed';
}

/** What came of looking for runs: all that was waited for, or a reason to wait no longer. */
export type FoundDagRuns =
  | { readonly verdict: 'found'; readonly runs: readonly FoundDagRun[] }
  | { readonly verdict: 'failed' | 'skipped'; readonly reason: string };

/** How a run ended. */
export interface RunEnd {
  readonly state: 'success' | 'failed';
}

/** What happened, as a notification tells it. */
export interface NotifiedEvent {
  /** What a callback was told: `failure`, `retry`, `run_failure`, … */
  readonly event: 'execute' | 'success' | 'failure' | 'retry' | 'skipped' | 'run_success' | 'run_failure' | 'deadline';
  readonly dagId: string;
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly logicalDate: string;
  /** Task id, index and label for people; `null` where it is about the run. */
  readonly task: { readonly taskId: string; readonly mapIndex: number; readonly label: string } | null;
  /** From 1; `null` where it is about the run. */
  readonly tryNumber: number | null;
  readonly state: string;
  readonly error: { readonly type: string; readonly message: string } | null;
}

/** A notification. One of `text` and `event` is there. */
export interface NotifyInput {
  /** Name of the place that it goes to: the worker's settings have its address. */
  readonly channel: string;
  /** What it says; `null`: what the event is in some lines. */
  readonly text: string | null;
  readonly event: NotifiedEvent | null;
}

/** A notification by mail. */
export interface NotifyEmailInput extends NotifyInput {
  /** `null`: the first line of the text. */
  readonly subject: string | null;
}

/** Activities of the `io` role: they wait for other systems. */
export interface IoActivities extends DatabricksActivities {
  emulate(input: EmulateInput): Promise<EmulateResult>;
  planLanding(input: PlanLandingInput): Promise<readonly LandingRange[]>;
  landPartition(input: LandPartitionInput): Promise<LandedPartition>;
  report(input: ReportInput): Promise<ReportResult>;
  /** `null`: not all of them are there yet. */
  findObjects(input: FindObjectsInput): Promise<readonly FoundObject[] | null>;
  /** Where the partitions that count end, in their order; `null`: not far enough yet. */
  findOffsets(input: FindOffsetsInput): Promise<readonly PartitionEnd[] | null>;
  /** `null`: the runs are not all there yet, or not yet in states that decide. */
  findDagRuns(input: FindDagRunsInput): Promise<FoundDagRuns | null>;
  /** `null`: it has not ended. A run that is nowhere to be found has failed. */
  findRunEnd(input: { readonly dagId: string; readonly runId: string }): Promise<RunEnd | null>;
  /** Posts `{ text, event, url }` to a channel's webhook; `url` is that of the run in the Temporal UI, or `null`. */
  notifyWebhook(input: NotifyInput): Promise<void>;
  /** Posts to a channel's Slack-compatible incoming webhook. */
  notifySlack(input: NotifyInput): Promise<void>;
  /** Sends a mail to a channel's addresses. */
  notifyEmail(input: NotifyEmailInput): Promise<void>;
}

/** Activities of the `engine` role: they use this machine's cores and memory (DuckDB). */
export interface EngineActivities {
  clean(input: CleanInput): Promise<CleanResult>;
  answer(input: AnswerInput): Promise<AnswerResult>;
  verify(input: VerifyInput): Promise<VerifyResult>;
}
