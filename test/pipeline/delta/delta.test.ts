import * as fc from 'fast-check';
import { formatActions, parseActions, type Action } from '../../../pipeline/delta/actions.ts';
import { checkpointName, commitName } from '../../../pipeline/delta/log-names.ts';
import { schemaString } from '../../../pipeline/delta/schema.ts';
import { checkpointActions, ownProtocol, replay } from '../../../pipeline/delta/snapshot.ts';
import { fileStatistics, mayHold } from '../../../pipeline/delta/statistics.ts';

const birth: readonly Action[] = [
  { protocol: ownProtocol },
  {
    metaData: {
      id: 'x',
      format: { provider: 'parquet', options: {} },
      schemaString: schemaString([{ name: 'ind', type: 'long' }]),
      partitionColumns: [],
      configuration: {},
      createdTime: 0,
    },
  },
];
const add = (path: string): Action => ({
  add: { path, partitionValues: {}, size: 1, modificationTime: 0, dataChange: true },
});
const remove = (path: string): Action => ({ remove: { path, deletionTimestamp: 0, dataChange: true } });

describe('the log', () => {
  test('names its files with 20 digits', () => {
    expect(commitName(0)).toBe('_delta_log/00000000000000000000.json');
    expect(checkpointName(100)).toBe('_delta_log/00000000000000000100.checkpoint.parquet');
    expect(() => commitName(-1)).toThrow(RangeError);
  });

  test('keeps actions as text and back, and passes over kinds that it does not know', () => {
    const actions = [...birth, add('a')];
    expect(parseActions(formatActions(actions))).toEqual(actions);
    expect(replay(undefined, 0, parseActions(`${formatActions(birth)}\n{"domainMetadata":{}}\n`)).files.size).toBe(0);
    expect(() => parseActions('[1]')).toThrow(SyntaxError);
  });

  test('replays to what a set of files would be, in one go or over a checkpoint', () => {
    const step = fc.array(fc.record({ path: fc.constantFrom('a', 'b', 'c', 'd'), there: fc.boolean() }), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), fc.nat(8), (steps, cut) => {
        let snapshot = replay(undefined, 0, birth);
        const files = new Set<string>();
        for (const [n, changes] of steps.entries()) {
          const distinct = new Map(changes.map(({ path, there }) => [path, there]));
          const actions = [...distinct].map(([path, there]) => (there ? add(path) : remove(path)));
          for (const [path, there] of distinct) {
            if (there) files.add(path);
            else files.delete(path);
          }
          const txn = { txn: { appId: `t/${n % 2}`, version: n, lastUpdated: 0 } };
          snapshot = replay(snapshot, n + 1, [...actions, txn]);
          if (n === cut) snapshot = replay(undefined, n + 1, checkpointActions(snapshot, 0));
        }
        expect([...snapshot.files.keys()].toSorted()).toEqual([...files].toSorted());
        expect(snapshot.txns.size).toBe(Math.min(2, steps.length));
        expect(snapshot.version).toBe(steps.length);
      }),
    );
  });

  test('names removed files in checkpoints for a week, so that VACUUM spares what readers of older versions need', () => {
    const day = 24 * 3_600_000;
    const removedAt = (path: string, deletionTimestamp: number): Action => ({
      remove: { path, deletionTimestamp, dataChange: true },
    });
    const txn = { txn: { appId: 't/0', version: 5, lastUpdated: 3 * day } };
    const before = replay(undefined, 0, [...birth, add('a'), add('b'), add('c'), add('d'), txn]);
    const after = replay(before, 1, [removedAt('a', 0), removedAt('b', 3 * day), removedAt('c', 3 * day), add('c')]);
    const actions = checkpointActions(after, 8 * day);
    expect(actions.flatMap(({ remove: one }) => (one ? [one] : []))).toEqual([
      { path: 'b', deletionTimestamp: 3 * day, dataChange: false },
    ]);
    expect(actions.flatMap(({ txn: one }) => (one ? [one] : []))).toEqual([txn.txn]);
    const again = replay(undefined, 1, actions);
    expect([[...again.files.keys()], [...again.removed.keys()]]).toEqual([['d', 'c'], ['b']]);
  });

  test('that needs more than this program knows is refused', () => {
    expect(() => replay(undefined, 0, [add('a')])).toThrow(/protocol or schema/);
    expect(() => replay(undefined, 0, [...birth, { protocol: { minReaderVersion: 1, minWriterVersion: 7 } }])).toThrow(
      /raised/,
    );
  });
});

const file = (stats?: object): Parameters<typeof mayHold>[0] => ({
  path: 'a',
  partitionValues: {},
  size: 1,
  modificationTime: 0,
  dataChange: true,
  ...(stats === undefined ? {} : { stats: JSON.stringify(stats) }),
});

describe('statistics', () => {
  const columns = [
    { name: 'ind', type: 'long' },
    { name: 'title', type: 'string' },
    { name: 'at', type: 'timestamp' },
    { name: 'd', type: 'double' },
  ] as const;
  const figures = new Map([
    ['ind', { min: '4', max: '9007199254740993', null_count: '0' }],
    ['title', { min: 'a', max: 'z', null_count: '2' }],
    ['at', { min: '2017-10-20 01:44:03.0019+00', max: '2022-10-17 12:26:12.0011+00', null_count: '1' }],
    ['d', { min: '1', max: '2', null_count: '0' }],
  ]);

  test('give bounds only where they are exact, an upper instant rounded up', () => {
    expect(fileStatistics(columns, 3, figures)).toEqual({
      numRecords: 3,
      minValues: { at: '2017-10-20T01:44:03.001Z' },
      maxValues: { at: '2022-10-17T12:26:12.002Z' },
      nullCount: { ind: 0, title: 2, at: 1, d: 0 },
    });
    const near = new Map([['ind', { min: '-4', max: '9', null_count: '0' }]]);
    expect(fileStatistics(columns, 3, near)).toMatchObject({ minValues: { ind: -4 }, maxValues: { ind: 9 } });
  });

  test('never rule a file out that may hold a row', () => {
    const bounded = file({ numRecords: 5, minValues: { ind: 10 }, maxValues: { ind: 20 } });
    expect([mayHold(bounded, 'ind', 0, 9), mayHold(bounded, 'ind', 20, 30), mayHold(bounded, 'ind', 21, 30)]).toEqual([
      false,
      true,
      false,
    ]);
    expect(mayHold(file(), 'ind', 0, 1)).toBe(true);
    expect(mayHold(file({ numRecords: 5 }), 'ind', 0, 1)).toBe(true);
    expect(mayHold(file({ numRecords: 0 }), 'ind', 0, 1)).toBe(false);
  });
});

test('a schema is Spark’s own text for it', () => {
  expect(JSON.parse(schemaString([{ name: 'coordinates', type: 'array<double>' }]))).toEqual({
    type: 'struct',
    fields: [
      {
        name: 'coordinates',
        type: { type: 'array', elementType: 'double', containsNull: true },
        nullable: true,
        metadata: {},
      },
    ],
  });
});
