import type { TaskStatus } from '../../workflows/engine/queries.ts';

const marks: Readonly<Partial<Record<TaskStatus['state'], string>>> = {
  running: '▶',
  success: '✔',
  failed: '✘',
  upstream_failed: '✘',
  skipped: '→',
  up_for_retry: '↻',
};

/** A line for a task's change: mark, name, state, the try when it is not the first, and how long it took. */
export function taskLine({ label, state, tryNumber, start, end, error }: TaskStatus): string {
  const took = start !== null && end !== null ? `${((end - start) / 1000).toFixed(2)} s` : '';
  const attempt = tryNumber > 1 ? `  try ${tryNumber}` : '';
  const why = error !== null && state !== 'success' ? `  ${error.message}` : '';
  return `  ${marks[state] ?? '·'} ${label.padEnd(14)} ${state.padEnd(15)} ${took.padStart(8)}${attempt}${why}`.trimEnd();
}
