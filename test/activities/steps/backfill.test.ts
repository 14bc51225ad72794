import { createBackfill, type BackfillPorts } from '../../../activities/steps/backfill.ts';
import { testContext } from './step-context.ts';

test('a cancelled backfill drops what it stopped, and no run that has just ended: that counted as failed', async () => {
  const asked: string[] = [];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is asked of them
  const ports = {
    control: { status: () => Promise.resolve({ active: ['runs'] }) },
    slots: {
      cancel: ({ runId }: { readonly runId: string }) => {
        asked.push(runId);
        return Promise.resolve(runId === 'waits');
      },
    },
  } as unknown as BackfillPorts;
  const slots = ['runs', 'waits', 'ended'].map((runId) => ({ runId, start: 0, end: 1 }));
  const { dropQueuedRuns } = createBackfill(ports);
  expect(await dropQueuedRuns({ dagId: 'daily', slots }, testContext())).toEqual(['waits']);
  expect(asked).toEqual(['waits', 'ended']);
});
