import { keeperId } from '../../scripts/schedules/renew.ts';
import { eventually } from '../support/own-state.ts';
import type { Harness } from '../workflows/harness.ts';
import { assetHubThatIsTerminated } from './asset-hub-lives.ts';
import { backfillThatIsCancelled, backfillToItsEnd } from './backfill-lives.ts';
import { controllerOfEndlessRuns, controllerOfManyRuns, controllerThatIsTerminated } from './controller-lives.ts';
import type { Keep, Life } from './life.ts';
import { poolOfManySizes, poolOfTask, poolThatIsTerminated } from './pool-lives.ts';

const turnDags = 'test/workflows/fixtures/turn-dags';
const poolDags = 'test/workflows/fixtures/pool-dags';
const assetDags = 'test/workflows/fixtures/asset-dags';
const backfillDags = 'test/workflows/fixtures/backfill-dags';

/** Every way that a recorded history shows; a new one is to be added, none to be changed. */
export const lives: readonly Life[] = [
  { names: ['controller'], entry: turnDags, live: controllerOfManyRuns },
  { names: ['controller-limits', 'controller-revived'], entry: turnDags, live: controllerThatIsTerminated },
  { names: ['controller-endless'], entry: turnDags, live: controllerOfEndlessRuns },
  { names: ['pool'], entry: poolDags, live: poolOfManySizes },
  { names: ['pool-revived'], entry: poolDags, live: poolThatIsTerminated },
  { names: ['pool-of-task'], entry: poolDags, live: poolOfTask },
  { names: ['backfill'], entry: backfillDags, live: backfillToItsEnd },
  { names: ['backfill-cancelled'], entry: backfillDags, live: backfillThatIsCancelled },
  { names: ['asset-hub', 'asset-hub-revived'], entry: assetDags, live: assetHubThatIsTerminated },
  { names: ['schedule-keeper'], entry: turnDags, live: keeperOfSchedules },
];

/** A look and another one a minute later, then it waits for the next. */
async function keeperOfSchedules({ client, taskQueue }: Harness, keep: Keep): Promise<void> {
  const handle = await client.workflow.start('scheduleKeeper', {
    workflowId: keeperId(taskQueue),
    taskQueue: `${taskQueue}-control`,
  });
  const looks = async () =>
    (await handle.fetchHistory()).events?.filter(({ timerStartedEventAttributes: timer }) => timer).length;
  await eventually('it has looked twice', async () => (await looks()) === 2, 120_000);
  await keep('schedule-keeper', handle);
}
