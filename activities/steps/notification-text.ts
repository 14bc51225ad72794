import type { NotifiedEvent } from './contract.ts';

const words: Readonly<Record<NotifiedEvent['event'], string>> = {
  execute: 'begins',
  success: 'succeeded',
  failure: 'failed',
  retry: 'failed, and is tried again',
  skipped: 'skipped itself',
  run_success: 'the run succeeded',
  run_failure: 'the run failed',
  deadline: 'the run has not ended by its deadline',
};

/** What happened, in a line: `pinterestDaily: clean[pin] failed`. */
export function notificationHead({ event, dagId, task }: NotifiedEvent): string {
  return `${dagId}: ${task === null ? '' : `task ${task.label} `}${words[event]}`;
}

/** What happened, in some lines for people: DAG and task, state and try, error, run, and the run's page where it is known. */
export function notificationText(told: NotifiedEvent, url: string | undefined): string {
  const { runId, logicalDate, tryNumber, state, error } = told;
  return [
    notificationHead(told),
    `state: ${state}${tryNumber === null ? '' : `, try ${tryNumber}`}`,
    ...(error === null ? [] : [`error: ${error.type}: ${error.message}`]),
    `run: ${runId}, logical date ${logicalDate}`,
    ...(url === undefined ? [] : [url]),
  ].join('\n');
}
