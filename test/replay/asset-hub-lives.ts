import { assetHubId } from '../../activities/temporal/port.ts';
import { allOf, anyOf, asset } from '../../dag/assets.ts';
import { eventually } from '../support/own-state.ts';
import { endOf, type Harness } from '../workflows/harness.ts';
import type { Keep } from './life.ts';

const [pins, users, other] = [asset('lake/pins'), asset('lake/users'), asset('lake/other')];

/** Sets that are met, an event that is told twice, and a subscription by which what waited is enough; then it is terminated, and begins again with what it knew. */
export async function assetHubThatIsTerminated(harness: Harness, keep: Keep): Promise<void> {
  const { start, assets, assetLog, client, taskQueue } = harness;
  const make = async (what: string): Promise<void> => void (await endOf(await start('makes', { what })));
  const started = (dagId: string, runs: number): Promise<void> =>
    eventually(`${dagId} has been started ${runs} times`, async () => {
      const { count } = await client.workflow.count(`WorkflowType = "${dagId}" AND ExecutionStatus = "Completed"`);
      return count === runs;
    });
  const handle = client.workflow.getHandle(assetHubId(taskQueue));
  await assets.subscribe([
    { dagId: 'takesBoth', condition: allOf(pins, users) },
    { dagId: 'takesAny', condition: anyOf(users, other) },
  ]);
  await make('pins');
  await make('users');
  await started('takesBoth', 1);
  await started('takesAny', 1);
  for await (const event of assetLog.list('lake/users')) await assets.tell([event]);
  // Two events at once.
  await make('others');
  await started('takesAny', 3);
  await make('pins');
  await assets.subscribe([
    { dagId: 'takesBoth', condition: pins },
    { dagId: 'takesAny', condition: allOf(users, other) },
  ]);
  await started('takesBoth', 2);
  await make('users');
  await keep('asset-hub', handle);
  await handle.terminate();
  await make('others');
  await started('takesAny', 4);
  await keep('asset-hub-revived', handle);
}
