import fc from 'fast-check';
import { openAssetHub, type AssetHub } from '../../dag/asset-hub.ts';
import { allOf, anyOf, asset, conditionText, type AssetCondition, type AssetEvent } from '../../dag/assets.ts';
import { defineDag } from '../../dag/define-dag.ts';

const [a, b, c] = [asset('a'), asset('b'), asset('c')];
const event = (name: string, id: number): AssetEvent => ({
  id: `event-${id}`,
  asset: name,
  dagId: 'makes',
  runId: 'run',
  taskId: 'task',
  mapIndex: -1,
  timestamp: id,
});
const hubOf = (condition: AssetCondition): AssetHub => {
  const hub = openAssetHub({});
  hub.subscribe([{ dagId: 'takes', condition }]);
  return hub;
};
const told = (hub: AssetHub, names: string): readonly string[] =>
  names.split('').map((name, at) =>
    hub
      .take(event(name, at))
      .map(({ dagId, events }) => `${dagId}:${events.map(({ asset: one }) => one).join('')}`)
      .join(),
  );

describe('assets', () => {
  test.each<readonly [string, AssetCondition, string, readonly string[]]>([
    ['one', a, 'aba', ['takes:a', '', 'takes:a']],
    ['all', allOf(a, b), 'aacbb', ['', '', '', 'takes:aab', '']],
    ['any', anyOf(a, b), 'cab', ['', 'takes:a', 'takes:b']],
    ['both', allOf(a, anyOf(b, c)), 'bcab', ['', '', 'takes:bca', '']],
  ])('start a run for %s', (_, condition, names, runs) => {
    expect(told(hubOf(condition), names)).toEqual(runs);
  });

  test('are told once, kept over a new subscription, and start each DAG that waits for them', () => {
    const hub = hubOf(allOf(a, b));
    hub.take(event('a', 1));
    hub.subscribe([
      { dagId: 'takes', condition: allOf(a, c) },
      { dagId: 'other', condition: c },
    ]);
    expect(hub.due(10)).toEqual([]);
    expect(hub.take(event('c', 2))).toMatchObject([
      { dagId: 'takes', number: 1, events: [{ asset: 'a' }, { asset: 'c' }] },
      { dagId: 'other', number: 2 },
    ]);
    expect(hub.take(event('c', 2))).toEqual([]);
    hub.take(event('a', 3));
    hub.subscribe([{ dagId: 'takes', condition: anyOf(a, b) }]);
    expect([hub.due(0), hub.due(10), hub.due(10)]).toMatchObject([[], [{ number: 3 }], []]);
  });

  test('are read as people write them, and have names', () => {
    expect(conditionText(allOf(a, anyOf(b, c)))).toBe('a and (b or c)');
    const define = (assets: AssetCondition) =>
      defineDag('some', { schedule: null, assets }, ({ task }) => task('one', { outlets: [a], run: () => 1 }));
    expect(define(a)).toMatchObject({ assets: { asset: 'a' }, tasks: [{ outlets: ['a'] }] });
    expect(() => define(allOf())).toThrow('allOf() is empty, so nothing would start it: name an asset');
    expect(() => define(anyOf(a, asset('no name')))).toThrow("the asset 'no name' is no name");
  });

  test('start one run for each set that is met, whatever comes twice and however often the hub goes on anew', () => {
    const step = fc.record({ name: fc.constantFrom('a', 'b'), again: fc.boolean(), anew: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let hub = hubOf(allOf(a, b));
        const open = { a: 0, b: 0 };
        const numbers: number[] = [];
        for (const [at, { name, again, anew }] of steps.entries()) {
          if (anew) hub = openAssetHub(hub.state());
          const due = [...hub.take(event(name, at)), ...(again ? hub.take(event(name, at)) : [])];
          open[name]++;
          const isDue = open.a > 0 && open.b > 0;
          expect(due.map(({ events }) => events.length)).toEqual(
            isDue ? [Math.min(open.a, 50) + Math.min(open.b, 50)] : [],
          );
          if (isDue) Object.assign(open, { a: 0, b: 0 });
          numbers.push(...due.map(({ number }) => number));
        }
        expect(numbers).toEqual(numbers.map((_, at) => at + 1));
      }),
    );
  });

  // The hub went on in a new history with all that it knew; over 2 MB Temporal takes no such thing, and it stood still for ever.
  test('that wait are given up, the oldest of the DAG that waits for the most first, where all are too many to hand on', () => {
    const long = 'x'.repeat(190);
    const names = Array.from({ length: 150 }, (_, at) => `${long}${at}`);
    const hub = openAssetHub({});
    hub.subscribe([
      { dagId: 'one', condition: allOf(a, asset(names[0] ?? '')) },
      { dagId: 'all', condition: allOf(b, ...names.map((name) => asset(name))) },
    ]);
    for (let at = 0; at < 50; at++)
      for (const [n, name] of names.entries()) hub.take({ ...event(name, at * 1_000 + n), runId: long });
    const { queues, past } = hub.state();
    expect(JSON.stringify(hub.state()).length).toBeLessThan(1_500_000);
    expect(past.length).toBeGreaterThan(500);
    const [one, all] = queues;
    expect([one?.events.length, one?.problems]).toEqual([50, undefined]);
    expect(all?.events.length).toBeGreaterThan(1_000);
    expect(all?.events.at(-1)).toMatchObject({ id: 'event-49149' });
    expect(all?.problems).toEqual([
      expect.stringMatching(/^the oldest events that waited, \d+, were given up: all DAGs/),
    ]);
  });
});
