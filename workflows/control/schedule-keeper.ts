import {
  log,
  makeContinueAsNewFunc,
  proxyActivities,
  setCurrentDetails,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { KeeperActivities } from '../../activities/steps/control-contract.ts';

const activities = proxyActivities<KeeperActivities>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '5 seconds', backoffCoefficient: 2, maximumInterval: '10 minutes' },
});

const minute = 60_000;
const day = 24 * 60 * minute;

/** Events after which it goes on in a new history. */
const longHistory = 1_000;

/**
 * The keeper of the Schedules whose moments are named one by one, `schedules@<installation>`: no calendar is exactly the timetable of their DAGs.
 * Each is renewed when half of the time that it knows is over, once a day at least. Ends when there is none any more.
 */
export async function scheduleKeeper(): Promise<void> {
  for (;;) {
    const { knownUntil } = await activities.renewSchedules();
    const ends = Object.values(knownUntil);
    if (ends.length === 0) return;
    const rest = Math.min(...ends) - Date.now();
    const wait = Math.min(Math.max(rest / 2, minute), day);
    setCurrentDetails(
      Object.entries(knownUntil)
        .map(([dagId, end]) => `- ${dagId}: its slots are named until ${new Date(end).toISOString()}`)
        .join('\n'),
    );
    if (rest < minute) log.warn('a Schedule is about to run out of moments', { knownUntil });
    await sleep(wait, { summary: 'until Schedules are renewed' });
    if (workflowInfo().historyLength > longHistory) await makeContinueAsNewFunc<typeof scheduleKeeper>()();
  }
}
