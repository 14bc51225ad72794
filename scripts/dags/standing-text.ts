import type { DagStanding } from './dag-standing.ts';

/** Where a DAG is, as facts for people: name and words. */
export function standingFacts(standing: DagStanding): readonly (readonly [string, string])[] {
  const { activeRuns, queuedRuns, schedule } = standing;
  return [
    ['paused', pausedText(standing)],
    ['runs', activeRuns === null ? 'no worker tells' : `${activeRuns} active, ${queuedRuns} queued`],
    ...(schedule === null
      ? []
      : ([
          ['next run', schedule.isPaused ? 'when it is unpaused' : (schedule.next ?? 'none')],
          ['slots', `${schedule.started} started, ${schedule.missed} missed`],
        ] as const)),
  ];
}

/** Whether a DAG is paused, and what is to be known of that; `Schedule` where its runs begin, but its Schedule starts none. */
export function pausedText({ isPaused, note, schedule }: DagStanding): string {
  if (isPaused) return note === '' ? 'yes' : `yes: ${note}`;
  return schedule?.isPaused === true ? 'its Schedule alone' : 'no';
}
