import type { ScheduleChange } from './reconcile.ts';

/** What has to be done, or (`done`) was, to the Schedule of a DAG: a line for people. */
export function changeLine({ dagId, action, reasons, paused, knownUntil }: ScheduleChange, done: boolean): string {
  const words = {
    create: done ? 'created' : 'would be created',
    update: done ? 'updated' : 'would be updated',
    keep: 'as it should be',
    orphan: 'left over (tw schedules apply --prune deletes it)',
    delete: 'deleted',
    foreign: 'left alone',
  };
  const shown = action === 'create' ? reasons.slice(1) : reasons;
  const why = shown.length > 0 ? `: ${shown.join('; ')}` : '';
  const notes = [
    ...(paused ? ['paused'] : []),
    ...(knownUntil === null
      ? []
      : [`its slots are named one by one until ${knownUntil}; workers renew them before that`]),
  ];
  return `${dagId}: ${words[action]}${why}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`;
}
