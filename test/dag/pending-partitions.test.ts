import fc from 'fast-check';
import { openAssetHub, type AssetHub, type DueRun } from '../../dag/asset-hub.ts';
import { allOf, anyOf, asset, type AssetCondition, type AssetEvent } from '../../dag/assets.ts';
import { rollupMapper, startOfDayMapper, type PartitionMapper } from '../../dag/partition-mapper.ts';

const [a, b] = [asset('a'), asset('b')];
const dayOf = startOfDayMapper({ inputFormat: '%Y-%m-%dT%H' });
const event = (name: string, id: number, partitionKey?: string): AssetEvent => ({
  id: `event-${id}`,
  asset: name,
  dagId: 'makes',
  runId: `run-${id}`,
  taskId: 'task',
  mapIndex: -1,
  timestamp: id,
  ...(partitionKey !== undefined && { partitionKey }),
});
const subscription = (
  condition: AssetCondition,
  mapper: PartitionMapper = { kind: 'identity' },
  mappers: Readonly<Record<string, PartitionMapper>> = {},
) => ({ dagId: 'takes', condition, partitions: { mapper, mappers } });
const hubOf = (...of: Parameters<typeof subscription>): AssetHub => {
  const hub = openAssetHub({});
  hub.subscribe([subscription(...of)]);
  return hub;
};
/** Tells a hub of events written as `asset key`, in that order, and says which runs each starts. */
const told = (hub: AssetHub, ...lines: readonly string[]): readonly string[] =>
  lines.map((line, at) => {
    const [name = '', key] = line.split(' ');
    return hub
      .take(event(name, at, key))
      .map(textOf)
      .join();
  });
const textOf = ({ partitionKey, events }: DueRun): string =>
  `${partitionKey}: ${events.map((one) => `${one.asset} ${one.partitionKey}`).join(' + ')}`;
const queueOf = (hub: AssetHub) => hub.state().queues[0];

describe('partitions of assets', () => {
  test('start a run each, as soon as the condition is met for them alone', () => {
    const hub = hubOf(allOf(a, b));
    expect(told(hub, 'a 1', 'b 2', 'a 2', 'b 1')).toEqual(['', '', '2: b 2 + a 2', '1: a 1 + b 1']);
    expect(queueOf(hub)).toMatchObject({ events: [], pending: [] });
  });

  test('start another when all have come again', () => {
    expect(told(hubOf(allOf(a, b)), 'a 1', 'b 1', 'a 1', 'b 1')).toEqual(['', '1: a 1 + b 1', '', '1: a 1 + b 1']);
    expect(told(hubOf(anyOf(a, b)), 'a 1', 'b 1')).toEqual(['1: a 1', '1: b 1']);
  });

  test('are those that mappers make of keys, an asset its own', () => {
    const hub = hubOf(allOf(a, b), { kind: 'identity' }, { b: dayOf });
    expect(told(hub, 'b 2026-03-09T07', 'b 2026-03-09T08', 'a 2026-03-09')).toEqual([
      '',
      '',
      '2026-03-09: b 2026-03-09T07 + b 2026-03-09T08 + a 2026-03-09',
    ]);
  });

  test('wait for each key where a rollup does, and for no key of another day', () => {
    const hub = hubOf(allOf(a, b), { kind: 'identity' }, { b: rollupMapper(dayOf) });
    const hours = Array.from({ length: 24 }, (_, hour) => `b 2026-03-09T${String(hour).padStart(2, '0')}`);
    const lines = ['a 2026-03-09', 'b 2026-03-10T00', ...hours.slice(1), 'b 2026-03-09T07'];
    expect(told(hub, ...lines).join('')).toBe('');
    expect(
      hub.take(event('b', 99, '2026-03-09T00')).map(({ partitionKey, events }) => [partitionKey, events.length]),
    ).toEqual([['2026-03-09', 25]]);
    expect(queueOf(hub)?.pending).toMatchObject([{ partitionKey: '2026-03-10' }]);
  });

  test('are what counts for a DAG that is started for them, and for no other: it says why', () => {
    const hub = openAssetHub({});
    hub.subscribe([subscription(a, dayOf), { dagId: 'plain', condition: a }]);
    expect(told(hub, 'a 2026-03-09T07', 'a', 'a Monday')).toEqual([
      '2026-03-09: a 2026-03-09T07',
      'undefined: a undefined',
      '',
    ]);
    expect(hub.state().queues.map(({ dagId, problems }) => [dagId, problems])).toEqual([
      [
        'takes',
        ['a, made by run-1, is of no partition', "a, made by run-2: 'Monday' is no time of the format '%Y-%m-%dT%H'"],
      ],
      [
        'plain',
        [
          'a, made by run-0, is of partition 2026-03-09T07, and this DAG is not started for partitions',
          'a, made by run-2, is of partition Monday, and this DAG is not started for partitions',
        ],
      ],
    ]);
  });

  test('are found anew when what a DAG says of them changes', () => {
    const hub = hubOf(allOf(a, b));
    told(hub, 'b 2026-03-09T08', 'b 2026-03-09T07', 'b 2026-03-10T00', 'a 2026-03-11');
    hub.subscribe([subscription(anyOf(a, b), { kind: 'identity' }, { b: rollupMapper(dayOf, { minimumCount: 2 }) })]);
    // One for now, the other stays until it is asked for.
    expect(hub.due(1).map(textOf)).toEqual(['2026-03-09: b 2026-03-09T08 + b 2026-03-09T07']);
    expect(hub.due(10).map(textOf)).toEqual(['2026-03-11: a 2026-03-11']);
    expect(queueOf(hub)?.pending).toMatchObject([{ partitionKey: '2026-03-10' }]);
    // A DAG that is not started for partitions any more waits for none.
    hub.subscribe([{ dagId: 'takes', condition: b }]);
    expect(queueOf(hub)?.events).toEqual([]);
  });

  test('are given up, the one that waited longest first, where there are too many; it says so', () => {
    const hub = hubOf(allOf(a, b));
    const keys = Array.from({ length: 1_001 }, (_, at) => `a ${at}`);
    told(hub, 'a 0', ...keys.slice(1), 'a 1');
    expect(queueOf(hub)?.pending).toHaveLength(1_000);
    expect(queueOf(hub)?.problems).toEqual(['partition 0 was given up: more than 1000 events waited']);
  });

  test('start as many runs as sets of their own are met, whatever comes twice and however often the hub goes on anew', () => {
    const step = fc.record({
      name: fc.constantFrom('a', 'b'),
      key: fc.constantFrom('x', 'y', 'z'),
      again: fc.boolean(),
      anew: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let hub = hubOf(allOf(a, b));
        const open = new Map<string, Set<string>>();
        const numbers: number[] = [];
        for (const [at, { name, key, again, anew }] of steps.entries()) {
          const early: DueRun[] = [];
          if (anew) {
            hub = openAssetHub(JSON.parse(JSON.stringify(hub.state())) as ReturnType<AssetHub['state']>);
            hub.subscribe([subscription(allOf(a, b))]);
            early.push(...hub.due(10));
          }
          const due = [...early, ...hub.take(event(name, at, key)), ...(again ? hub.take(event(name, at, key)) : [])];
          const made = open.get(key) ?? new Set();
          made.add(name);
          open.set(key, made);
          expect(due.map(({ partitionKey, events }) => [partitionKey, events.length])).toEqual(
            made.size === 2 ? [[key, 2]] : [],
          );
          if (made.size === 2) open.delete(key);
          numbers.push(...due.map(({ number }) => number));
        }
        expect(numbers).toEqual(numbers.map((_, at) => at + 1));
      }),
    );
  });
});
