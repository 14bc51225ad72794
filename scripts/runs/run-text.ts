import Table from 'cli-table3';
import { durationText } from '../../dag/duration.ts';
import type { RunStatus, TaskStatus } from '../../workflows/engine/queries.ts';
import { instantText } from '../../workflows/engine/search-attributes.ts';
import type { RunSummary } from './run-summary.ts';

/** Runs as a table. Partitions have a column where one of them is about one. */
export function runsTable(runs: readonly RunSummary[]): string {
  const hasPartitions = runs.some(({ partitionKey }) => partitionKey !== undefined);
  const partition = hasPartitions ? ['partition'] : [];
  const head = ['run', 'dag', 'state', 'type', 'logical date', ...partition, 'start', 'took'];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { runId, dagId, state, runType, logicalDate, partitionKey, start, end } of runs) {
    const took = end === null ? '' : durationText(Date.parse(end) - Date.parse(start));
    const key = hasPartitions ? [partitionKey ?? ''] : [];
    table.push([runId, dagId, state, runType ?? '', logicalDate ?? '', ...key, seconds(start), took]);
  }
  return table.toString();
}

/** What is told of a run beside the run itself, where it is known. */
export interface RunFacts {
  readonly status?: RunStatus | undefined;
  readonly url?: string | undefined;
  /** The attempt that is told of, and how many there are. */
  readonly attempt?: readonly [which: number, of: number];
  /** Why it waits, while it is queued. */
  readonly waits?: string | undefined;
}

/** One run: what it is about, then its tasks where they are known. */
export function runText(run: RunSummary, { status, url, attempt, waits }: RunFacts): string {
  const { runId, dagId, state, runType, logicalDate, partitionKey = status?.partitionKey, start, end } = run;
  const interval = status && `${status.dataInterval.start} to ${status.dataInterval.end}`;
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    ['dag', dagId],
    ['state', state],
    ['waits', waits],
    ['attempt', attempt && attempt.join(' of ')],
    ['run type', runType],
    ['logical date', logicalDate],
    ['data interval', interval],
    ['partition', partitionKey],
    ['start', seconds(start)],
    ['end', end === null ? null : `${seconds(end)}, after ${durationText(Date.parse(end) - Date.parse(start))}`],
    ['page', url],
  ];
  const lines = facts.flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [`${name.padEnd(14)} ${value}`],
  );
  const tasks = status === undefined ? [] : ['', tasksTable(status.tasks), ...troubleLines(status)];
  return [runId, ...lines, ...tasks].join('\n');
}

/** Where a task instance is, as `--json` tells it: as everywhere there, times are ISO 8601, UTC. */
export interface TaskJson extends Omit<TaskStatus, 'start' | 'end'> {
  readonly start: string | null;
  readonly end: string | null;
}

/** The tasks of a run for `--json`. */
export function tasksJson(tasks: readonly TaskStatus[]): readonly TaskJson[] {
  return tasks.map(({ start, end, ...task }) => ({ ...task, start: iso(start), end: iso(end) }));
}

/** The tasks of a run, an index of a mapped one a row. */
export function tasksTable(tasks: readonly TaskStatus[]): string {
  const table = new Table({
    head: ['task', 'state', 'try', 'start', 'took', 'error, or what it waits for'],
    style: { head: [], border: [] },
  });
  for (const { label, state, tryNumber, start, end, error, wait } of tasks) {
    const took = start === null || end === null ? '' : durationText(end - start);
    const from = start === null ? '' : seconds(start);
    table.push([
      label,
      state,
      tryNumber === 0 ? '' : tryNumber,
      from,
      took,
      oneLine(wait?.what ?? error?.message ?? ''),
    ]);
  }
  return table.toString();
}

function troubleLines({ callbackTroubles = [] }: RunStatus): readonly string[] {
  return callbackTroubles.map(
    ({ label, callback, error }) => `${callback} of ${label ?? 'the run'} failed: ${oneLine(error.message)}`,
  );
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

function iso(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

/** An instant, epoch milliseconds or ISO 8601, as people read it. */
function seconds(time: number | string): string {
  return instantText(new Date(Math.floor(new Date(time).getTime() / 1_000) * 1_000));
}
