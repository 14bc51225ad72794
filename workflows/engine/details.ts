import type { RunState, TaskState } from '../../dag/states.ts';
import { durationText } from '../../dag/duration.ts';
import type { TaskStatus } from './queries.ts';

const marks: Readonly<Record<TaskState, string>> = {
  none: '·',
  scheduled: '·',
  queued: '·',
  running: '▶',
  success: '✓',
  failed: '✗',
  skipped: '→',
  upstream_failed: '✗',
  up_for_retry: '↻',
  up_for_reschedule: '↻',
  deferred: '…',
  awaiting_input: '?',
  restarting: '↻',
  removed: '−',
};

/** Rows shown of the table at most; the rest is counted. */
const longestTable = 100;

/** A run's state as Markdown, for the page of the run in the Temporal UI. */
export function detailsOf(runState: RunState, statuses: readonly TaskStatus[]): string {
  const counts = new Map<TaskState, number>();
  for (const { state } of statuses) counts.set(state, (counts.get(state) ?? 0) + 1);
  const summary = [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
  const shown = statuses.slice(0, longestTable);
  const rest = statuses.length > shown.length ? `\n\nand ${statuses.length - shown.length} more` : '';
  return `**${runState}**: ${summary}\n\n| task | state | try | took |\n|---|---|---|---|\n${shown.map(row).join('\n')}${rest}`;
}

function row({ label, state, tryNumber, start, end, error }: TaskStatus): string {
  const took = start === null || end === null ? '' : durationText(end - start);
  const why = error === null ? '' : `: ${error.message.replaceAll(/[|\n\r]/g, ' ').slice(0, 200)}`;
  return `| ${label} | ${marks[state]} ${state}${why} | ${tryNumber === 0 ? '' : tryNumber} | ${took} |`;
}
