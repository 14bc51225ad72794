import fc from 'fast-check';
import {
  openBackfill,
  slotsPerPage,
  type BackfillOrder,
  type BackfillSlot,
  type SlotState,
} from '../../dag/backfill-run.ts';

const day = 86_400_000;
const slot = (at: number): BackfillSlot => ({ runId: `run-${at}`, start: at * day, end: (at + 1) * day });
const orderOf = (slots: number, more: Partial<BackfillOrder> = {}): BackfillOrder => ({
  backfillId: 'some-backfill__1',
  dagId: 'some',
  createdAt: '2026-03-01T00:00:00.000Z',
  fromDate: '2026-01-01T00:00:00Z',
  toDate: '2026-02-01T00:00:00Z',
  reprocessBehavior: 'none',
  runBackwards: false,
  maxActiveRuns: 2,
  conf: {},
  slots,
  left: 0,
  ...more,
});
const planOf = (slots: number) => (page: number) =>
  Array.from({ length: slots }, (_, at) => slot(at)).slice(page * slotsPerPage, (page + 1) * slotsPerPage);

describe('the run of a backfill', () => {
  test('stays cancelled in a new history: a cancel may come in the very step that goes on there', () => {
    const run = openBackfill({ order: orderOf(5) });
    run.cancel();
    const again = openBackfill(run.state());
    expect(again.progress().state).toBe('cancelled');
    expect(again.isOver()).toBe(true);
  });

  test('takes slots in order as far as there is room, and tells how far it is', () => {
    const run = openBackfill({ order: orderOf(5, { left: 3 }) });
    expect(run.progress()).toMatchObject({ state: 'running', toGo: 5, left: 3, averageDuration: null, estimate: null });
    expect(run.wantsPage()).toBe(0);
    run.givePage(planOf(5)(0));
    run.fill();
    expect(run.progress()).toMatchObject({ active: ['run-0', 'run-1'], toGo: 3 });
    run.ended({ runId: 'run-0', state: 'success', took: 1_000 });
    run.ended({ runId: 'run-1', state: 'left', took: 0 });
    run.fill();
    run.ended({ runId: 'run-2', state: 'failed', took: 3_000 });
    // One that runs is half through on average, and two are to go: 2.5 slots of 2 s, two at a time.
    expect(run.progress()).toMatchObject({
      success: 1,
      failed: 1,
      left: 4,
      active: ['run-3'],
      toGo: 1,
      averageDuration: 2_000,
      estimate: 1_500,
    });
  });

  test('begins nothing while it is paused, nor after it was cancelled', () => {
    const run = openBackfill({ order: orderOf(5), paused: true });
    expect([run.wantsPage(), run.hasRoom(), run.isOver(), run.progress().state]).toEqual([
      undefined,
      false,
      false,
      'paused',
    ]);
    run.setPaused(false);
    run.givePage(planOf(5)(0));
    run.fill();
    run.cancel();
    run.ended({ runId: 'run-0', state: 'success', took: 1 });
    run.fill();
    expect(run.progress()).toMatchObject({ state: 'cancelled', active: ['run-1'], toGo: 3, estimate: null });
    expect(run.isOver()).toBe(true);
  });

  test('runs each slot once, in order and never too many, over pages, pauses and new histories', () => {
    const states = fc.constantFrom<SlotState>('success', 'failed', 'left');
    const event = fc.record({
      kind: fc.constantFrom('end', 'end', 'end', 'anew', 'pause', 'go'),
      at: fc.nat(9),
      state: states,
    });
    fc.assert(
      fc.property(
        fc.array(event),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 1_200 }),
        (events, max, slots) => {
          const page = planOf(slots);
          const begun: string[] = [];
          let run = openBackfill({ order: orderOf(slots, { maxActiveRuns: max }) });
          const fill = (): void => {
            for (let wanted = run.wantsPage(); wanted !== undefined; wanted = run.wantsPage()) {
              run.givePage(page(wanted));
              run.fill();
            }
            run.fill();
            expect(run.active().length).toBeLessThanOrEqual(max);
            for (const { runId } of run.active()) if (!begun.includes(runId)) begun.push(runId);
          };
          const endOne = (at: number, state: SlotState): void => {
            const active = run.active();
            const one = active[at % active.length];
            if (one !== undefined) run.ended({ runId: one.runId, state, took: 1 });
          };
          for (const { kind, at, state } of events) {
            fill();
            if (kind === 'end') endOne(at, state);
            else if (kind === 'anew') run = openBackfill(run.state());
            else run.setPaused(kind === 'pause');
          }
          run.setPaused(false);
          for (fill(); !run.isOver(); fill()) endOne(0, 'success');
          expect(begun).toEqual(
            page(0)
              .concat(page(1), page(2))
              .map(({ runId }) => runId),
          );
          const { success, failed, left, state } = run.progress();
          expect([success + failed + left, state]).toEqual([slots, 'completed']);
        },
      ),
      { numRuns: 30 },
    );
  });
});
