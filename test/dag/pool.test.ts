import fc from 'fast-check';
import { openPool, type Pool, type SlotClaim } from '../../dag/pool.ts';

const claim = (id: number, more: Partial<SlotClaim> = {}): SlotClaim => ({
  id: `claim-${id}`,
  runId: `run-${id % 3}`,
  executionId: `execution-${id % 3}`,
  label: `some.task[${id}]`,
  slots: 1,
  weight: 1,
  ...more,
});
const ids = (claims: readonly SlotClaim[]): readonly string[] => claims.map(({ id }) => id.replace('claim-', ''));
const poolOf = (slots: number | null): Pool => openPool({ name: 'some', slots });

describe('a pool', () => {
  test('gives slots to the heaviest, of equals to the one that has waited longest', () => {
    const pool = poolOf(2);
    expect([1, 2, 3].map((id) => ids(pool.request(claim(id))))).toEqual([['1'], ['2'], []]);
    for (const [id, weight] of [
      [4, 9],
      [5, 1],
      [6, 9],
    ] as const)
      pool.request(claim(id, { weight }));
    expect(pool.reason('claim-3')).toEqual({ why: 'full', slots: 2, ahead: 2 });
    expect([1, 2, 4, 6, 3].map((id) => ids(pool.release(`claim-${id}`)))).toEqual([['4'], ['6'], ['3'], ['5'], []]);
  });

  test('lets nobody pass by the first in line, but for one that needs more than there are', () => {
    const pool = poolOf(3);
    pool.request(claim(1, { slots: 2 }));
    expect(pool.request(claim(2, { slots: 3 }))).toEqual([]);
    expect(pool.request(claim(3))).toEqual([]);
    pool.request(claim(4, { slots: 4, weight: 9 }));
    expect(pool.reason('claim-4')).toEqual({ why: 'too_small', slots: 3 });
    expect(ids(pool.release('claim-1'))).toEqual(['2']);
    expect(ids(pool.release('claim-2'))).toEqual(['3']);
    expect(pool.blocked()).toBe(false);
    expect(ids(pool.resize({ slots: 5, description: '' }))).toEqual(['4']);
  });

  test('that is not there lets nothing begin until it is; one that shrinks takes nothing away', () => {
    const pool = poolOf(null);
    expect([1, 2].flatMap((id) => pool.request(claim(id)))).toEqual([]);
    expect([pool.reason('claim-1'), pool.blocked()]).toEqual([{ why: 'no_pool' }, false]);
    expect(ids(pool.resize({ slots: 2, description: 'two' }))).toEqual(['1', '2']);
    pool.request(claim(3));
    expect(pool.resize({ slots: 1, description: 'one' })).toEqual([]);
    expect([pool.holds('claim-1'), pool.holds('claim-2')]).toEqual([true, true]);
    expect(pool.release('claim-1')).toEqual([]);
    expect(ids(pool.release('claim-2'))).toEqual(['3']);
  });

  test('that a task makes is of the size that the run started last says: one of an old build that asks again changes nothing', () => {
    const pool = openPool({ name: 'some/task' });
    const ask = (id: number, size: number, startedAt?: number) => [
      ...ids(pool.resizeBy(size, startedAt)),
      ...ids(pool.request(claim(id))),
    ];
    expect([ask(1, 2, 5), ask(2, 1, 6), ask(3, 1, 6)]).toEqual([['1'], [], []]);
    // The first, of the old build; another run of it; and one of a build that did not say when it was started.
    expect([ask(2, 2, 5), ask(4, 9, 4), ask(3, 9)]).toEqual([[], [], []]);
    const next = openPool(pool.state());
    expect([next.resizeBy(9, 5), next.state().slots]).toEqual([[], 1]);
    expect(ids(next.resizeBy(3, 6))).toEqual(['2', '3']);
  });

  test('takes all back from a run that has ended, and a message that comes late for nothing', () => {
    const pool = poolOf(2);
    for (const id of [0, 3, 1, 6]) pool.request(claim(id));
    expect(ids(pool.runEnded('execution-0'))).toEqual(['1']);
    pool.release('claim-1');
    expect(pool.request(claim(1))).toEqual([]);
    expect(pool.state()).toMatchObject({ held: [], waiting: [] });
  });

  test('keeps no more claims than fit in a message; the last in the line ask again', () => {
    const execution = '0198c0de-1111-7222-8333-444455556666';
    const typical = (id: number, weight = 1): SlotClaim => ({
      id: `${execution}/${id}`,
      runId: 'pinterestDaily-2026-11-26T00:00:00Z',
      executionId: execution,
      label: `pinterestDaily.work[${id}]`,
      slots: 1,
      weight,
    });
    const pool = poolOf(1);
    for (let id = 0; id < 10_000; id++) pool.request(typical(id));
    const { held, waiting } = pool.state();
    expect(Buffer.byteLength(JSON.stringify(pool.state()))).toBeLessThan(1_510_000);
    expect([held.length, waiting.length]).toEqual([1, 7_256]);
    expect(pool.reason(typical(9_999).id)).toEqual({ why: 'queue_full', ahead: waiting.length });
    // A heavy one takes the place of the last.
    pool.request(typical(10_001, 9));
    expect(pool.reason(typical(10_001, 9).id)).toEqual({ why: 'full', slots: 1, ahead: 0 });
    expect(pool.reason(waiting.at(-1)?.id ?? '')?.why).toBe('queue_full');
    // Who asks again when others have left has a place, and what is held fits as well.
    pool.runEnded(execution);
    expect(pool.request(typical(9_999)).length).toBe(1);
    pool.resize({ slots: 20_000, description: '' });
    for (let id = 0; id < 9_000; id++) pool.request({ ...typical(id), label: '\u{1d465}\u0007'.repeat(9) });
    expect(Buffer.byteLength(JSON.stringify(pool.state()))).toBeLessThan(1_510_000);
    expect(pool.state().waiting).toEqual([]);
  });

  test('is never over its size, loses no slot, starves nobody, and is the same after it has gone on anew', () => {
    const event = fc.record({
      kind: fc.constantFrom('ask', 'ask', 'ask', 'give', 'end', 'size', 'anew'),
      id: fc.nat(20),
      slots: fc.integer({ min: 1, max: 3 }),
      weight: fc.nat(2),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 100 }), (events) => {
        let pool = poolOf(3);
        let size = 3;
        let number = 0;
        const known = new Map<string, SlotClaim>();
        const given = new Set<string>();
        for (const { kind, id, slots, weight } of events) {
          const open = [...known.keys()];
          const one = open[id % Math.max(open.length, 1)];
          const before = given.size;
          if (kind === 'anew') pool = openPool(pool.state());
          if (kind === 'size') size = slots;
          const asked = claim(number, { slots, weight });
          if (kind === 'ask') {
            known.set(asked.id, asked);
            number++;
          }
          if (kind === 'give' && one !== undefined) for (const all of [known, given]) all.delete(one);
          if (kind === 'end') {
            for (const other of known.values()) {
              if (other.executionId !== `execution-${id % 3}`) continue;
              known.delete(other.id);
              given.delete(other.id);
            }
          }
          const admitted =
            kind === 'ask'
              ? pool.request(asked)
              : kind === 'give' && one !== undefined
                ? pool.release(one)
                : kind === 'end'
                  ? pool.runEnded(`execution-${id % 3}`)
                  : kind === 'size'
                    ? pool.resize({ slots: size, description: '' })
                    : [];
          for (const { id: begun } of admitted) {
            expect(given.has(begun)).toBe(false);
            given.add(begun);
          }
          const { held, waiting } = pool.state();
          const taken = held.reduce((sum, other) => sum + other.slots, 0);
          // Only a pool that shrank is fuller than it is large, and then nobody comes in.
          expect(taken <= size || (admitted.length === 0 && given.size <= before)).toBe(true);
          expect(new Set(held.map((other) => other.id))).toEqual(given);
          expect(new Set([...held, ...waiting].map((other) => other.id))).toEqual(new Set(known.keys()));
          // Who could begin has begun: the first in line lacks room.
          const first = waiting.find((other) => other.slots <= size);
          expect(first === undefined || taken + first.slots > size).toBe(true);
          expect(waiting.map((other) => other.weight)).toEqual(
            waiting.map((other) => other.weight).toSorted((a, b) => b - a),
          );
        }
        // When all give back, all have had their turn: nobody is left but those for whom the pool is too small.
        for (let [next] = given; next !== undefined; [next] = given) {
          given.delete(next);
          for (const { id } of pool.release(next)) given.add(id);
        }
        expect(pool.state().waiting.every(({ slots }) => slots > size)).toBe(true);
      }),
    );
  });
});
