import {
  condition,
  defineSignal,
  isCancellation,
  log,
  makeContinueAsNewFunc,
  patched,
  proxyActivities,
  rootCause,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { KeeperActivities, Renewal } from '../../activities/steps/control-contract.ts';
import type { KeeperMessage } from '../../activities/temporal/port.ts';

const applied = defineSignal('applied' satisfies KeeperMessage);

const activities = proxyActivities<KeeperActivities>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '5 seconds', backoffCoefficient: 2, maximumInterval: '10 minutes' },
});

const minute = 60_000;
const day = 24 * 60 * minute;

/** How soon it looks again where something failed, or a worker may not know yet what it was started for. */
const soon = 10 * minute;

/** Looks after Schedules were applied, six hours of them, in which workers may still run code that does not know a DAG of these. */
const earlyLooks = 36;

/** Events after which it goes on in a new history. */
const longHistory = 1_000;

/**
 * The keeper of the Schedules whose moments are named one by one, `schedules@<installation>`: no calendar is exactly the timetable of their DAGs.
 * Each is renewed when half of the time that it knows is over, once a day at least. Ends when there has been none for hours; whatever
 * fails, it looks again, since without it these Schedules run out of moments and tell nobody.
 */
export async function scheduleKeeper(looksBefore = 0): Promise<void> {
  let looks = looksBefore;
  let isTold = false;
  setHandler(applied, () => {
    // A build that did not know it has slept on.
    if (patched('keeper-is-told')) isTold = true;
  });
  for (;;) {
    if (isTold) looks = 0;
    isTold = false;
    const { knownUntil, failed = [] } = await look();
    looks += 1;
    const isEarly = looks < earlyLooks;
    const ends = Object.values(knownUntil);
    if (ends.length === 0 && failed.length === 0 && !(isEarly && patched('keeper-goes-on'))) return;
    const rest = Math.min(...ends) - Date.now();
    const wait = Math.min(Math.max(rest / 2, minute), isEarly || failed.length > 0 ? soon : day);
    const known = Object.entries(knownUntil).map(
      ([dagId, end]) => `${dagId}: its slots are named until ${new Date(end).toISOString()}`,
    );
    setCurrentDetails([...known, ...failed].map((line) => `- ${line}`).join('\n'));
    if (failed.length > 0) log.warn('Schedules could not be renewed', { failed });
    if (rest < minute) log.warn('a Schedule is about to run out of moments', { knownUntil });
    await condition(() => isTold, wait, { summary: 'until Schedules are renewed' });
    if (workflowInfo().historyLength > longHistory) await makeContinueAsNewFunc<typeof scheduleKeeper>()(looks);
  }
}

/** What became of the Schedules; also where the look itself failed, be it by a defect of the worker that took it. */
async function look(): Promise<Renewal> {
  try {
    return await activities.renewSchedules();
  } catch (error) {
    if (isCancellation(error) || !patched('keeper-goes-on')) throw error;
    return { knownUntil: {}, failed: [rootCause(error) ?? String(error)] };
  }
}
