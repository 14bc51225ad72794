import fc from 'fast-check';
import { mostQueued, openTurns, type Ticket, type Turns } from '../../dag/turns.ts';
import { longRunIdText } from '../../pipeline/run-keys.ts';

const ticket = (id: number, more: Partial<Ticket> = {}): Ticket => ({
  runId: `run-${id}`,
  executionId: `execution-${id}`,
  runType: 'scheduled',
  logicalDate: id,
  ...more,
});
const ids = (tickets: readonly Ticket[]): readonly string[] => tickets.map(({ runId }) => runId);
const two = { maxActiveRuns: 2 };

describe('turns', () => {
  test('are given up to the limit, then to the oldest logical date that waits', () => {
    const turns = openTurns({ dagId: 'some' });
    expect([5, 6, 9, 7, 8].map((id) => ids(turns.request(ticket(id), two)))).toEqual([
      ['run-5'],
      ['run-6'],
      [],
      [],
      [],
    ]);
    expect(turns.ahead(ticket(9))).toBe(2);
    expect(turns.blocked()).toBe(true);
    expect([5, 6, 7, 8, 9].map((id) => ids(turns.ended(ticket(id))))).toEqual([
      ['run-7'],
      ['run-8'],
      ['run-9'],
      [],
      [],
    ]);
    expect(turns.state()).toMatchObject({ active: [], queued: [] });
  });

  test('are given to nobody while the DAG is paused, and what has begun goes on', () => {
    const turns = openTurns({ dagId: 'some' });
    turns.request(ticket(1), two);
    expect(turns.setPaused(true)).toEqual([]);
    expect([2, 3, 4].flatMap((id) => turns.request(ticket(id), two))).toEqual([]);
    expect([turns.isActive(ticket(1)), turns.blocked()]).toEqual([true, false]);
    expect(ids(turns.setPaused(false))).toEqual(['run-2']);
  });

  test('of a backfill do not count, but wait for a paused DAG, too', () => {
    const turns = openTurns({ dagId: 'some', paused: true });
    const backfill = { runType: 'backfill' } as const;
    for (const one of [ticket(1), ticket(2), ticket(3), ticket(4, backfill), ticket(5, backfill)])
      turns.request(one, two);
    expect(ids(turns.setPaused(false))).toEqual(['run-1', 'run-2', 'run-4', 'run-5']);
    expect(turns.ended(ticket(4, backfill))).toEqual([]);
    expect(ids(turns.ended(ticket(1)))).toEqual(['run-3']);
  });

  test('stop after too many failures in a row, of which a success begins the count anew', () => {
    const turns = openTurns({ dagId: 'some' });
    const limits = { maxActiveRuns: 1, maxConsecutiveFailedDagRuns: 2 };
    for (const id of [1, 2, 3, 4, 5, 6]) turns.request(ticket(id), limits);
    const end = (id: number, state?: 'success' | 'failed') => [
      ids(turns.ended({ ...ticket(id), ...(state && { state }) })),
      turns.failedTooOften(),
    ];
    expect(end(1, 'failed')).toEqual([['run-2'], undefined]);
    expect(end(1, 'failed')).toEqual([[], undefined]);
    expect(end(2, 'success')).toEqual([['run-3'], undefined]);
    expect(end(3, 'failed')).toEqual([['run-4'], undefined]);
    // One of which nobody knows how it ended was terminated, most likely.
    expect(end(4)).toEqual([[], 2]);
    expect(turns.setPaused(true)).toEqual([]);
    expect(ids(turns.setPaused(false))).toEqual(['run-5']);
    expect(end(5, 'failed')).toEqual([[], 3]);
  });

  test('are kept for so many that wait, the oldest dates; the others ask again', () => {
    const turns = openTurns({ dagId: 'some', paused: true });
    for (let id = 1; id <= mostQueued; id++) turns.request(ticket(id), two);
    turns.request(ticket(mostQueued + 1), two);
    expect(turns.ahead(ticket(mostQueued + 1))).toBeUndefined();
    turns.request(ticket(0), two);
    expect([turns.ahead(ticket(0)), turns.ahead(ticket(mostQueued))]).toEqual([0, undefined]);
    expect(turns.state().queued).toHaveLength(mostQueued);
    expect(JSON.stringify(turns.state()).length).toBeLessThan(1_500_000);
  });

  test('are kept for no more than fit in the message by which a controller goes on, however long the ids of runs are', () => {
    // As long as longRunIdText lets them be, of the signs that take most.
    const long = (id: number): Ticket => ticket(id, { runId: `${id}`.padStart(6, '0') + '\u0001'.repeat(190) });
    expect(longRunIdText({ dagId: 'some', runId: long(1).runId })).toBeUndefined();
    const all = { maxActiveRuns: 3_000 };
    const bytes = (turns: Turns) => Buffer.byteLength(JSON.stringify(turns.state()));
    const waiting = openTurns({ dagId: 'some', paused: true });
    for (let id = 1; id <= 3_000; id++) waiting.request(long(id), all);
    const kept = waiting.state().queued.length;
    expect([bytes(waiting) > 1_400_000, bytes(waiting) < 1_500_500, kept > 1_000]).toEqual([true, true, true]);
    expect([waiting.ahead(long(1)), waiting.ahead(long(3_000))]).toEqual([0, undefined]);
    const begun = openTurns({ dagId: 'some' });
    for (let id = 1; id <= 3_000; id++) begun.request(long(id), all);
    expect([begun.state().active.length, bytes(begun) < 1_500_500]).toEqual([kept, true]);
    // Whoever asks again when one has ended has its turn.
    expect(begun.request(long(3_000), all)).toEqual([]);
    begun.ended(long(1));
    expect(begun.request(long(3_000), all)).toEqual([long(3_000)]);
    // And it counts anew what it is given when it goes on.
    const next = openTurns(waiting.state());
    next.request(long(3_001), all);
    expect(next.state().queued).toHaveLength(kept);
    for (const run of waiting.state().queued) next.ended(run);
    next.request(long(3_001), all);
    expect(next.state().queued).toEqual([long(3_001)]);
  });

  test('are one for an execution that asks twice, and pass from an execution to the next of its run', () => {
    const turns = openTurns({ dagId: 'some' });
    const one = { maxActiveRuns: 1 };
    expect([turns.request(ticket(1), one), turns.request(ticket(1), one)]).toEqual([[ticket(1)], []]);
    const again = ticket(1, { executionId: 'again' });
    expect(turns.request(again, one)).toEqual([again]);
    expect(turns.state().active).toEqual([again]);
  });

  test('come with a limit that was raised, at the next request', () => {
    const turns = openTurns({ dagId: 'some' });
    for (const id of [1, 2, 3, 4]) turns.request(ticket(id), { maxActiveRuns: 1 });
    expect(ids(turns.request(ticket(5), { maxActiveRuns: 4 }))).toEqual(['run-2', 'run-3', 'run-4']);
  });

  test('come with the limits of the run that was started last: one of an old build that asks again sets none', () => {
    const old = { startedAt: 1, maxActiveRuns: 16, maxConsecutiveFailedDagRuns: 2 };
    const now = { startedAt: 2, maxActiveRuns: 1, dependsOnPast: true };
    const turns = openTurns({ dagId: 'some', paused: true });
    for (const id of [1, 2, 3]) turns.request(ticket(id), old);
    turns.request(ticket(4), now);
    expect(ids(turns.setPaused(false))).toEqual(['run-1']);
    expect(ids(turns.request(ticket(2), old))).toEqual([]);
    // Of a build that did not say when its runs were started, and after the controller has gone on.
    const next = openTurns(turns.state());
    expect(ids(next.request(ticket(3), { maxActiveRuns: 16 }))).toEqual([]);
    expect(next.state()).toMatchObject({ maxActiveRuns: 1, maxConsecutiveFailedDagRuns: 0, dependsOnPast: true });
    // The same run on newer code, or any run on code that was put back.
    expect(ids(next.request(ticket(4), { ...now, maxActiveRuns: 2 }))).toEqual(['run-2']);
    expect(ids(next.request(ticket(5), { ...old, startedAt: 3 }))).toEqual(['run-3', 'run-4', 'run-5']);
  });

  test('of a DAG that depends on the past are given beyond the limit to a run that is older than all that have theirs', () => {
    const limits = { maxActiveRuns: 1, dependsOnPast: true };
    const turns = openTurns({ dagId: 'some' });
    // The sixth asked first, and waits for the fifth, as that may for the fourth.
    expect([6, 7, 5, 4].map((id) => ids(turns.request(ticket(id), limits)))).toEqual([
      ['run-6'],
      [],
      ['run-5'],
      ['run-4'],
    ]);
    expect([4, 5, 6, 7].map((id) => ids(turns.ended(ticket(id))))).toEqual([[], [], ['run-7'], []]);
    // One of the same date waits for nobody of them, and one between them has an older one before it.
    turns.request(ticket(3, { executionId: 'third' }), limits);
    const same = ticket(3, { runId: 'same', executionId: 'same' });
    expect([same, ticket(8, { runType: 'backfill' })].map((one) => ids(turns.request(one, limits)))).toEqual([
      [],
      ['run-8'],
    ]);
    expect(ids(turns.request(ticket(2), { maxActiveRuns: 1 }))).toEqual([]);
    // Whatever a run that waits was told before: it is the DAG that depends on the past.
    expect(ids(turns.request(ticket(9), limits))).toEqual(['run-2']);
    const later = openTurns(turns.state());
    expect([later.setPaused(true), later.request(ticket(1), limits)]).toEqual([[], []]);
    expect(ids(later.setPaused(false))).toEqual(['run-1']);
  });

  test('of a DAG that depends on the past let all runs end, in whatever order they come and are cleared, and as few as can be beyond the limit', () => {
    const event = fc.record({
      kind: fc.constantFrom('ask', 'ask', 'ask', 'end', 'end', 'clear', 'pause', 'anew'),
      pick: fc.nat(1_000),
    });
    const runs = fc.array(fc.record({ logicalDate: fc.nat(9), type: fc.nat(4) }), { minLength: 1, maxLength: 14 });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), runs, fc.integer({ min: 1, max: 3 }), (events, dates, limit) => {
        const limits = { maxActiveRuns: limit, dependsOnPast: true };
        const toCome = dates.map(({ logicalDate, type }, id) =>
          ticket(id, { logicalDate, runType: type === 0 ? 'backfill' : type === 1 ? 'manual' : 'scheduled' }),
        );
        let turns = openTurns({ dagId: 'some' });
        let number = 0;
        /** Runs that there are, and those of them that are over. */
        const there: Ticket[] = [];
        const over = new Set<Ticket>();
        const active = new Map<string, Ticket>();
        const heed = (admitted: readonly Ticket[]): void => {
          for (const one of admitted) {
            const counted = [...active.values()].filter(({ runType }) => runType !== 'backfill');
            const isOldest = counted.every(({ logicalDate }) => logicalDate > one.logicalDate);
            expect(one.runType === 'backfill' || counted.length < limit || isOldest).toBe(true);
            active.set(one.executionId, one);
          }
        };
        const ask = (one: Ticket): void => {
          there.push(one);
          heed(turns.request(one, limits));
        };
        /** Runs that have their turn, and whose run before is over. */
        const able = (): readonly Ticket[] =>
          [...active.values()].filter((one) => {
            const before = there.filter(({ logicalDate }) => logicalDate < one.logicalDate);
            const latest = Math.max(...before.map(({ logicalDate }) => logicalDate));
            return before.every((other) => other.logicalDate < latest || over.has(other));
          });
        const end = (one: Ticket): void => {
          active.delete(one.executionId);
          over.add(one);
          heed(turns.ended({ ...one, state: 'success' }));
        };
        const clear = (one: Ticket): void => {
          over.delete(one);
          there.splice(there.indexOf(one), 1);
          ask({ ...one, executionId: `again-${++number}` });
        };
        const pickOf = (all: readonly Ticket[], pick: number, act: (one: Ticket) => void): void => {
          const one = all[pick % Math.max(all.length, 1)];
          if (one !== undefined) act(one);
        };
        for (const { kind, pick } of events) {
          if (kind === 'ask') pickOf(toCome.splice(0, 1), 0, ask);
          if (kind === 'end') pickOf(able(), pick, end);
          if (kind === 'clear') pickOf([...over], pick, clear);
          if (kind === 'pause') heed(turns.setPaused(!turns.state().paused));
          if (kind === 'anew') turns = openTurns(turns.state());
        }
        heed(turns.setPaused(false));
        for (const one of toCome) ask(one);
        while (over.size < there.length) {
          const [first] = able();
          expect(first).toBeDefined();
          if (first !== undefined) end(first);
        }
        expect(turns.state()).toMatchObject({ active: [], queued: [] });
      }),
    );
  });

  test('are never more than the limit, never lost, and the same after a controller has gone on anew', () => {
    const event = fc.record({ kind: fc.constantFrom('ask', 'ask', 'end', 'pause', 'anew'), id: fc.nat(12) });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 80 }), fc.integer({ min: 1, max: 4 }), (events, maxActiveRuns) => {
        let turns = openTurns({ dagId: 'some' });
        const given = new Set<string>();
        const asked = new Set<string>();
        for (const { kind, id } of events) {
          if (kind === 'anew') turns = openTurns(turns.state());
          const admitted =
            kind === 'ask'
              ? turns.request(ticket(id), { maxActiveRuns })
              : kind === 'end'
                ? turns.ended(ticket(id))
                : kind === 'pause'
                  ? turns.setPaused(!turns.state().paused)
                  : [];
          if (kind === 'ask') asked.add(`run-${id}`);
          if (kind === 'end') for (const set of [asked, given]) set.delete(`run-${id}`);
          for (const { runId } of admitted) {
            expect(given.has(runId)).toBe(false);
            given.add(runId);
          }
          const { active, queued, paused } = turns.state();
          expect(active.length).toBeLessThanOrEqual(maxActiveRuns);
          expect(new Set(ids(active))).toEqual(given);
          expect(new Set(ids([...active, ...queued]))).toEqual(asked);
          expect(paused || queued.length === 0 || active.length === maxActiveRuns).toBe(true);
        }
      }),
    );
  });
});
