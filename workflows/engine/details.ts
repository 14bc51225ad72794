import type { RunState, TaskState } from '../../dag/states.ts';
import { durationText } from '../../dag/duration.ts';
import type { CallbackTrouble } from './callbacks.ts';
import type { TaskStatus } from './queries.ts';
import type { BookInstance } from './run-book.ts';
import type { TaskWait } from './task-record.ts';

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
export type DetailsText = (runState: RunState) => string;

/**
 * Makes the text of a run's tasks. It is wanted at every step of a run, so a row is written anew only when the task's state,
 * the number of its tries or what it waits for has changed: all that it says changes with one of them.
 */
export function detailsOf(instances: readonly BookInstance[]): DetailsText {
  const rows = instances.slice(0, longestTable).map((): Row => ({ state: '', tries: 0, wait: undefined, text: '' }));
  const rest = instances.length > rows.length ? `\n\nand ${instances.length - rows.length} more` : '';
  return (runState) => {
    const counts = new Map<TaskState, number>();
    let table = '';
    for (const [at, instance] of instances.entries()) {
      const state = instance.state();
      counts.set(state, (counts.get(state) ?? 0) + 1);
      const row = rows[at];
      if (row === undefined) continue;
      const tries = instance.tries();
      const wait = instance.wait();
      if (row.state !== state || row.tries !== tries || row.wait !== wait) {
        row.state = state;
        row.tries = tries;
        row.wait = wait;
        row.text = rowText(instance.status());
      }
      table += row.text;
    }
    const summary = [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
    return `**${runState}**: ${summary}\n\n| task | state | try | took |\n|---|---|---|---|${table}${rest}`;
  };
}

/** What went wrong in callbacks, as Markdown below the tasks; empty where nothing did. */
export function troublesText(troubles: readonly CallbackTrouble[]): string {
  if (troubles.length === 0) return '';
  const lines = troubles.map(
    ({ callback, label, error }) => `- ${label ?? 'run'} ${callback}: ${oneLine(error.message)}`,
  );
  return `\n\n**callbacks that failed**\n\n${lines.join('\n')}`;
}

interface Row {
  state: string;
  tries: number;
  wait: TaskWait | undefined;
  text: string;
}

function rowText({ label, state, tryNumber, start, end, error, wait }: TaskStatus): string {
  const took = start === null || end === null ? '' : durationText(end - start);
  const said = wait?.what ?? error?.message;
  const why = said === undefined ? '' : `: ${oneLine(said)}`;
  return `\n| ${label} | ${marks[state]} ${state}${why} | ${tryNumber === 0 ? '' : tryNumber} | ${took} |`;
}

function oneLine(text: string): string {
  return text.replaceAll(/[|\n\r]/g, ' ').slice(0, 200);
}
