import fc from 'fast-check';
import { allOf, asset } from '../../dag/assets.ts';
import { defineDag } from '../../dag/define-dag.ts';
import {
  allowedKeyMapper,
  chainMapper,
  identityMapper,
  keysCome,
  mapKey,
  productMapper,
  rollupMapper,
  startOfDayMapper,
  startOfHourMapper,
  startOfMonthMapper,
  startOfQuarterMapper,
  startOfWeekMapper,
  startOfYearMapper,
  type PartitionMapper,
} from '../../dag/partition-mapper.ts';
import { partitionedAssets } from '../../dag/partitioned-assets.ts';
import { startOfUnit, writeWall } from '../../dag/time-format.ts';
import { cron, cronPartition, type Timetable } from '../../dag/timetable.ts';

const key = '2024-03-13T10:42:15';
const dayOf = startOfDayMapper({ inputFormat: '%Y-%m-%dT%H' });

describe('a partition mapper', () => {
  // The first ones as the doc comments of Airflow's mappers have it.
  test.each<readonly [string, PartitionMapper, string, string]>([
    ['of hours', startOfHourMapper(), key, '2024-03-13T10'],
    ['of days', startOfDayMapper(), key, '2024-03-13'],
    ['of weeks', startOfWeekMapper(), key, '2024-03-11 (W11)'],
    ['of months', startOfMonthMapper(), key, '2024-03'],
    ['of quarters', startOfQuarterMapper(), key, '2024-Q1'],
    ['of years', startOfYearMapper(), key, '2024'],
    ['that changes nothing', identityMapper(), 'us', 'us'],
    [
      'of other formats',
      startOfMonthMapper({ inputFormat: '%d.%m.%Y', outputFormat: '%m/%Y' }),
      '31.12.2025',
      '12/2025',
    ],
    ['of parts', productMapper([identityMapper(), startOfDayMapper()]), `us|${key}`, 'us|2024-03-13'],
    [
      'of parts, otherwise parted',
      productMapper([allowedKeyMapper(['us']), dayOf], { delimiter: '/' }),
      'us/2024-03-13T10',
      'us/2024-03-13',
    ],
    ['after another', chainMapper([startOfHourMapper(), dayOf]), key, '2024-03-13'],
    ['that waits', rollupMapper(startOfDayMapper()), key, '2024-03-13'],
    ['that knows its keys', allowedKeyMapper(['us', 'eu']), 'eu', 'eu'],
  ])('%s', (_, mapper, from, to) => {
    expect(mapKey(mapper, from)).toEqual({ key: to });
  });

  test.each<readonly [string, PartitionMapper, string, string]>([
    ['no time', startOfDayMapper(), '2024-03-13', "'2024-03-13' is no time of the format '%Y-%m-%dT%H:%M:%S'"],
    ['a key that is not allowed', allowedKeyMapper(['us']), 'eu', "'eu' is none of us"],
    [
      'a part too many',
      productMapper([identityMapper(), identityMapper()]),
      'a|b|c',
      "'a|b|c' has 3 parts by |, and 2 mappers",
    ],
    ['a part that is none', productMapper([identityMapper(), dayOf]), 'a|b', "'b' is no time"],
    ['a key lost on the way', chainMapper([allowedKeyMapper(['us']), startOfDayMapper()]), 'us', "'us' is no time"],
  ])('takes not %s', (_, mapper, from, problem) => {
    expect(mapKey(mapper, from)).toEqual({ problem: expect.stringContaining(problem) });
  });

  test.each<readonly [PartitionMapper, string, number]>([
    [rollupMapper(startOfHourMapper()), '2024-03-13T10', 60],
    [rollupMapper(startOfDayMapper()), '2024-03-13', 24],
    [rollupMapper(startOfWeekMapper()), '2024-03-11 (W11)', 7],
    [rollupMapper(startOfMonthMapper()), '2024-02', 29],
    [rollupMapper(startOfMonthMapper()), '2023-02', 28],
    [rollupMapper(startOfQuarterMapper()), '2024-Q1', 3],
    [rollupMapper(startOfYearMapper()), '2024', 12],
    [rollupMapper(startOfYearMapper(), { every: 'day' }), '2024', 366],
    [rollupMapper(startOfDayMapper(), { minimumCount: 20 }), '2024-03-13', 20],
    [rollupMapper(startOfDayMapper(), { minimumCount: -1 }), '2024-03-13', 23],
    [rollupMapper(startOfDayMapper(), { minimumCount: -30 }), '2024-03-13', 1],
  ])('waits for the keys of a stretch of the calendar, %#', (mapper, partition, required) => {
    expect(keysCome(mapper, partition, new Set())).toEqual({ received: 0, required });
  });

  test('that waits has all it needs when each key of its stretch has come, and lacks each that has not', () => {
    const times = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2040, 0) });
    const mappers = [startOfHourMapper, startOfDayMapper, startOfWeekMapper, startOfMonthMapper, startOfQuarterMapper];
    fc.assert(
      fc.property(times, fc.constantFrom(...mappers), fc.nat(), (time, startOf, which) => {
        const rollup = rollupMapper(startOf());
        const { mapper, every } = rollup;
        const own: string[] = [];
        const start = startOfUnit(mapper.unit, time);
        // The first key of the next stretch comes, too, and counts for that one alone.
        const next = writeWall(mapper.inputFormat, startOfUnit(mapper.unit, time, 1));
        for (let at = start; at < startOfUnit(mapper.unit, time, 1); at = startOfUnit(every, at, 1))
          own.push(writeWall(mapper.inputFormat, at));
        const mapped = own.map((one) => mapKey(rollup, one));
        expect(new Set(mapped.map((one) => JSON.stringify(one))).size).toBe(1);
        const partition = mapped.flatMap((one) => ('key' in one ? [one.key] : []))[0] ?? '';
        const all = keysCome(rollup, partition, new Set([...own, next]));
        expect([all.received, all.required]).toEqual([own.length, own.length]);
        const missing = own.filter((_, at) => at !== which % own.length);
        expect(keysCome(rollup, partition, new Set(missing))).toEqual({
          received: own.length - 1,
          required: own.length,
        });
      }),
      { numRuns: 50 },
    );
  });
});

describe('partitioned assets', () => {
  const [a, b] = [asset('a'), asset('b')];
  const define = (options: Parameters<typeof partitionedAssets>[1], schedule: Timetable | null = null) =>
    defineDag('some', { schedule, assets: partitionedAssets(allOf(a, b), options) }, ({ task }) =>
      task('one', { run: () => 1 }),
    );

  test('are what they were, with mappers beside them', () => {
    expect(define({})).toMatchObject({
      assets: { all: [{ asset: 'a' }, { asset: 'b' }] },
      assetPartitions: { mapper: { kind: 'identity' }, mappers: {} },
    });
    expect(define({ partitionMapperConfig: { b: startOfDayMapper() } }, cronPartition('@daily'))).toMatchObject({
      assetPartitions: { mappers: { b: { kind: 'start_of', unit: 'day' } } },
    });
  });

  test.each<readonly [string, Parameters<typeof partitionedAssets>[1], string]>([
    [
      'a mapper of no asset',
      { partitionMapperConfig: { c: identityMapper() } },
      'partitionMapperConfig names the asset c, which does not start it; there are: a, b',
    ],
    [
      'a format that is not read',
      { defaultPartitionMapper: startOfDayMapper({ inputFormat: '%m' }) },
      "the partition mapper of a: the format '%m' has no %Y",
    ],
    [
      'a format of no time',
      { partitionMapperConfig: { b: startOfDayMapper({ outputFormat: 'x' }) } },
      "the partition mapper of b: the format 'x' says nothing of the time",
    ],
    ['no key', { defaultPartitionMapper: allowedKeyMapper([]) }, 'allowedKeyMapper has no key'],
    ['a key that is none', { defaultPartitionMapper: allowedKeyMapper([' ']) }, "the partition key is ' '"],
    [
      'one part',
      { defaultPartitionMapper: productMapper([identityMapper()]) },
      'productMapper has one mapper: give it two or more',
    ],
    [
      'no delimiter',
      { defaultPartitionMapper: productMapper([identityMapper(), identityMapper()], { delimiter: '' }) },
      'the delimiter of productMapper is empty',
    ],
    ['no chain', { defaultPartitionMapper: chainMapper([]) }, 'chainMapper has no mapper: give it two or more'],
    [
      'a step that is too long',
      { defaultPartitionMapper: rollupMapper(startOfDayMapper(), { every: 'month' }) },
      'rollupMapper goes by the month within a day: choose a shorter step',
    ],
    [
      'a step that is too short',
      { defaultPartitionMapper: rollupMapper(startOfDayMapper(), { every: 'minute' }) },
      'a day has 1440 keys by the minute, and rollupMapper waits for 400 at most',
    ],
    [
      'keys that are one',
      { defaultPartitionMapper: rollupMapper(startOfDayMapper({ inputFormat: '%Y-%m-%d' })) },
      "the format '%Y-%m-%d' writes one key for several steps of rollupMapper, which goes by the hour",
    ],
    [
      'a stretch that is not read',
      { defaultPartitionMapper: rollupMapper(startOfWeekMapper({ outputFormat: '%G-W%V' })) },
      "the format '%G-W%V' has no %Y",
    ],
    [
      'more keys than there are',
      { defaultPartitionMapper: rollupMapper(startOfDayMapper(), { minimumCount: 25 }) },
      'minimumCount is 25, and a day has only 24 keys by the hour',
    ],
    [
      'no key at all',
      { defaultPartitionMapper: rollupMapper(startOfDayMapper(), { minimumCount: 0 }) },
      'minimumCount is 0; it is a whole number, and not 0',
    ],
  ])('are refused with %s', (_, options, problem) => {
    expect(() => define(options)).toThrow(problem);
  });

  test('are refused beside a schedule whose runs are about no partition', () => {
    expect(() => define({}, cron('@daily'))).toThrow('use cronPartition, or schedule: null');
  });
});
