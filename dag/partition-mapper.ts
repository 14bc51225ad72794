import { partitionKeyProblem } from './partition-key.ts';
import { defaultKeyFormat, formatProblem, readWall, startOfUnit, writeWall, type CalendarUnit } from './time-format.ts';

/** How a time key is read and written. */
export interface TimeMapperOptions {
  /** Of the keys that come: as `keyFormat` of `cronPartition`, with `%Y`; `%Y-%m-%dT%H:%M:%S` by default, as that one. */
  readonly inputFormat?: string;
  /** Of the keys that it gives: by default `%Y-%m-%dT%H`, `%Y-%m-%d`, `%Y-%m-%d (W%V)`, `%Y-%m`, `%Y-Q{quarter}` and `%Y`, as Airflow's. */
  readonly outputFormat?: string;
}

/** Gives the stretch of the calendar that a time key is in. The key is taken as it stands: no time zone has a say. */
export interface StartOfMapper {
  readonly kind: 'start_of';
  readonly unit: Exclude<CalendarUnit, 'minute'>;
  readonly inputFormat: string;
  readonly outputFormat: string;
}

/** Gives each key one other key. Plain data. */
export type KeyMapper =
  | { readonly kind: 'identity' }
  | StartOfMapper
  | { readonly kind: 'allowed_keys'; readonly keys: readonly string[] }
  | { readonly kind: 'product'; readonly mappers: readonly KeyMapper[]; readonly delimiter: string }
  | { readonly kind: 'chain'; readonly mappers: readonly KeyMapper[] };

/** Gives keys another, which is there when all of them have come. */
export interface RollupMapper {
  readonly kind: 'rollup';
  readonly mapper: StartOfMapper;
  /** The step from one key that comes to the next. */
  readonly every: CalendarUnit;
  /** How many of the keys are enough; negative: how many may be missing. Absent: all have to come. */
  readonly minimumCount?: number;
}

/** Which partition of a DAG's own a partition of an asset is for (Airflow's partition mappers). */
export type PartitionMapper = KeyMapper | RollupMapper;

/** Keys stay what they are: Airflow's IdentityMapper, and the default. */
export function identityMapper(): KeyMapper {
  return { kind: 'identity' };
}

/** `2026-03-09T07:05:03` is for `2026-03-09T07`. */
export const startOfHourMapper = startOf('hour', '%Y-%m-%dT%H');
/** `2026-03-09T07:05:03` is for `2026-03-09`. */
export const startOfDayMapper = startOf('day', '%Y-%m-%d');
/** `2026-03-11T07:05:03` is for `2026-03-09 (W11)`: weeks begin on Monday. */
export const startOfWeekMapper = startOf('week', '%Y-%m-%d (W%V)');
/** `2026-03-09T07:05:03` is for `2026-03`. */
export const startOfMonthMapper = startOf('month', '%Y-%m');
/** `2026-03-09T07:05:03` is for `2026-Q1`. */
export const startOfQuarterMapper = startOf('quarter', '%Y-Q{quarter}');
/** `2026-03-09T07:05:03` is for `2026`. */
export const startOfYearMapper = startOf('year', '%Y');

function startOf(unit: StartOfMapper['unit'], byDefault: string) {
  return ({ inputFormat = defaultKeyFormat, outputFormat = byDefault }: TimeMapperOptions = {}): StartOfMapper => {
    return { kind: 'start_of', unit, inputFormat, outputFormat };
  };
}

/** Only these keys are taken, and stay what they are: Airflow's AllowedKeyMapper. */
export function allowedKeyMapper(keys: readonly string[]): KeyMapper {
  return { kind: 'allowed_keys', keys };
}

/** Each part of a key has a mapper of its own: Airflow's ProductMapper. `us|2026-03-09T07:05:03` has two. */
export function productMapper(mappers: readonly KeyMapper[], options: { readonly delimiter?: string } = {}): KeyMapper {
  return { kind: 'product', mappers, delimiter: options.delimiter ?? '|' };
}

/** One mapper after the other: Airflow's ChainMapper. */
export function chainMapper(mappers: readonly KeyMapper[]): KeyMapper {
  return { kind: 'chain', mappers };
}

/** The step of keys within a stretch, as Airflow's windows have it. */
const usualStep = { hour: 'minute', day: 'hour', week: 'day', month: 'day', quarter: 'month', year: 'month' } as const;

/**
 * Waits for every key of a stretch of the calendar: Airflow's RollupMapper with its windows. A day has the keys of its 24 hours, an hour of
 * 60 minutes, a week and a month of their days, a quarter and a year of their months, or what `every` says. Keys of hours are best written
 * in UTC: where clocks change, a day of theirs has no 24.
 *
 * @example partitionedAssets(hourly, { defaultPartitionMapper: rollupMapper(startOfDayMapper()) })
 */
export function rollupMapper(
  mapper: StartOfMapper,
  options: {
    /** The step from one key to the next. */
    readonly every?: CalendarUnit;
    /** How many keys are enough; negative: how many may be missing (Airflow's MinimumCount). By default all have to come. */
    readonly minimumCount?: number;
  } = {},
): RollupMapper {
  const { every = usualStep[mapper.unit], minimumCount } = options;
  return { kind: 'rollup', mapper, every, ...(minimumCount !== undefined && { minimumCount }) };
}

/** Keys that one may wait for. */
const mostKeys = 400;

/** What is wrong with a mapper, in words for the end of a sentence; `undefined` when nothing is. */
export function mapperProblem(mapper: PartitionMapper): string | undefined {
  switch (mapper.kind) {
    case 'identity':
      return undefined;
    case 'start_of':
      return formatProblem(mapper.inputFormat, true) ?? formatProblem(mapper.outputFormat);
    case 'allowed_keys':
      if (mapper.keys.length === 0) return 'allowedKeyMapper has no key, so nothing would ever come: name one';
      return mapper.keys.map(partitionKeyProblem).find((problem) => problem !== undefined);
    case 'product':
      if (mapper.delimiter === '') return 'the delimiter of productMapper is empty; leave it out for |';
      return listProblem('productMapper', mapper.mappers);
    case 'chain':
      return listProblem('chainMapper', mapper.mappers);
    case 'rollup':
    default:
      return mapperProblem(mapper.mapper) ?? rollupProblem(mapper);
  }
}

function listProblem(name: string, mappers: readonly KeyMapper[]): string | undefined {
  if (mappers.length < 2)
    return `${name} has ${mappers.length === 0 ? 'no mapper' : 'one mapper'}: give it two or more`;
  return mappers.map(mapperProblem).find((problem) => problem !== undefined);
}

function rollupProblem({ mapper, every, minimumCount }: RollupMapper): string | undefined {
  const unread = formatProblem(mapper.outputFormat, true);
  if (unread !== undefined) return `${unread}, and rollupMapper has to know which keys belong to it`;
  // A leap year that begins on a Monday, so that whatever stretch begins there is as long as it gets, but for a few days.
  const keys = keysWithin({ mapper, every }, Date.UTC(2024, 0, 1));
  if (keys.length < 2) return `rollupMapper goes by the ${every} within a ${mapper.unit}: choose a shorter step`;
  if (keys.length > mostKeys)
    return `a ${mapper.unit} has ${keys.length} keys by the ${every}, and rollupMapper waits for ${mostKeys} at most: choose a longer step`;
  if (new Set(keys).size < keys.length)
    return `the format '${mapper.inputFormat}' writes one key for several steps of rollupMapper, which goes by the ${every}`;
  if (minimumCount !== undefined && (!Number.isInteger(minimumCount) || minimumCount === 0))
    return `minimumCount is ${minimumCount}; it is a whole number, and not 0`;
  if (minimumCount !== undefined && minimumCount > keys.length)
    return `minimumCount is ${minimumCount}, and a ${mapper.unit} has only ${keys.length} keys by the ${every}`;
  return undefined;
}

/** The key that a key is for; or, as `problem`, why it is for none, in words for the end of a sentence. */
export type MappedKey = { readonly key: string } | { readonly problem: string };

/** Which partition of a DAG's own a partition of an asset is for. */
export function mapKey(mapper: PartitionMapper, key: string): MappedKey {
  switch (mapper.kind) {
    case 'identity':
      return { key };
    case 'start_of': {
      const wall = readWall(mapper.inputFormat, key);
      if (wall === undefined) return { problem: `'${key}' is no time of the format '${mapper.inputFormat}'` };
      return { key: writeWall(mapper.outputFormat, startOfUnit(mapper.unit, wall)) };
    }
    case 'allowed_keys':
      return mapper.keys.includes(key) ? { key } : { problem: `'${key}' is none of ${mapper.keys.join(', ')}` };
    case 'product':
      return productKey(mapper.mappers, key.split(mapper.delimiter), mapper.delimiter);
    case 'chain':
      return mapper.mappers.reduce<MappedKey>((before, one) => ('key' in before ? mapKey(one, before.key) : before), {
        key,
      });
    case 'rollup':
    default:
      return mapKey(mapper.mapper, key);
  }
}

function productKey(mappers: readonly KeyMapper[], parts: readonly string[], delimiter: string): MappedKey {
  if (parts.length !== mappers.length) {
    return {
      problem: `'${parts.join(delimiter)}' has ${parts.length} parts by ${delimiter}, and ${mappers.length} mappers`,
    };
  }
  const keys: string[] = [];
  for (const [at, mapper] of mappers.entries()) {
    const mapped = mapKey(mapper, parts[at] ?? '');
    if ('problem' in mapped) return mapped;
    keys.push(mapped.key);
  }
  return { key: keys.join(delimiter) };
}

/** How many of the keys that a DAG's partition waits for have come of an asset, and how many have to. */
export interface KeysCome {
  readonly received: number;
  readonly required: number;
}

/** Counts what has come of an asset for a partition: of a mapper that waits for no more, one key is enough. */
export function keysCome(mapper: PartitionMapper, partitionKey: string, keys: ReadonlySet<string>): KeysCome {
  if (mapper.kind !== 'rollup') return { received: Math.min(keys.size, 1), required: 1 };
  const start = readWall(mapper.mapper.outputFormat, partitionKey);
  const wanted = start === undefined ? [] : keysWithin(mapper, start);
  const { minimumCount = wanted.length } = mapper;
  const required = Math.max(minimumCount > 0 ? minimumCount : wanted.length + minimumCount, 1);
  return { received: wanted.filter((key) => keys.has(key)).length, required };
}

function keysWithin({ mapper, every }: Pick<RollupMapper, 'mapper' | 'every'>, start: number): readonly string[] {
  const keys: string[] = [];
  const end = startOfUnit(mapper.unit, start, 1);
  for (let at = start; at < end && keys.length < 10_000; at = startOfUnit(every, at, 1))
    keys.push(writeWall(mapper.inputFormat, at));
  return keys;
}
