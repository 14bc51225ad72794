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
  const slots = ['runs', 'waits', 'ended'].map((runId) => ({ runId, start: 0, end: 1, executionId: 'known' }));
  const { dropQueuedRuns } = createBackfill(ports);
  expect(await dropQueuedRuns({ dagId: 'daily', slots }, testContext())).toEqual(['waits']);
  expect(asked).toEqual(['waits', 'ended']);
});

test('a cancelled backfill stops no run that somebody else started for a slot which it had taken and not begun', async () => {
  const asked: string[] = [];
  const recorded = { attempt: 2 };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is asked of them
  const ports = {
    control: { status: () => Promise.resolve({ active: [] }) },
    ledger: { read: () => Promise.resolve(recorded) },
    slots: {
      startedFor: ({ backfillId, slot: { runId }, record }: Parameters<BackfillPorts['slots']['startedFor']>[0]) => {
        const isOurs = backfillId === 'mine' && (runId === 'unheard' || (runId === 'again' && record === recorded));
        return Promise.resolve(isOurs ? { runId, executionId: 'found' } : undefined);
      },
      cancel: ({ runId, executionId }: { readonly runId: string; readonly executionId?: string }) => {
        asked.push(`${runId} ${executionId}`);
        return Promise.resolve(true);
      },
    },
  } as unknown as BackfillPorts;
  const slots = [
    { runId: 'unheard', start: 0, end: 1 },
    { runId: 'theirs', start: 1, end: 2 },
    { runId: 'again', start: 2, end: 3, attempt: 2 },
  ];
  const { dropQueuedRuns } = createBackfill(ports);
  const dropped = await dropQueuedRuns({ dagId: 'daily', backfillId: 'mine', slots }, testContext());
  expect([dropped, asked]).toEqual([
    ['unheard', 'again'],
    ['unheard found', 'again found'],
  ]);
  // Told by a build that did not say who it is.
  expect(await dropQueuedRuns({ dagId: 'daily', slots }, testContext())).toEqual([]);
});
