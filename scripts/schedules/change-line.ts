import { CommandError } from '../failure.ts';
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
    failed: done ? 'not applied' : 'not compared',
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

/** For when each change has had its line: throws a CommandError where some failed. */
export function failIfSomeFailed(changes: readonly ScheduleChange[]): void {
  const failed = changes.flatMap(({ dagId, action }) => (action === 'failed' ? [dagId] : []));
  if (failed.length > 0) throw new CommandError(`failed for ${failed.join(', ')}, as said above; all others are done`);
}
