import { runTypes } from '../../dag/definition.ts';
import { partRecordSchema, type PartRecord } from '../../dag/part-record.ts';
import {
  runRecordSchema,
  type RunRecord,
  type RunSummaryRecord,
  type TaskInstanceRecord,
} from '../../dag/run-record.ts';
import { keyPart, runPrefix, textOfPart } from '../../pipeline/run-keys.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import { readJson } from '../shared/json-document.ts';
import type { ObjectStore } from '../shared/object-store.ts';
import { countedDown, countedUp } from './time-key.ts';
import type { LedgerRange, RunAddress, RunLedger } from '../shared/run-ledger.ts';

/** Characters of a result that stand in its record; a longer one is an object of its own, so that a record is quick to read. */
const longestInline = 10_000;

/** Objects written at a time. */
const lanes = 8;

/**
 * The ledger in object storage: `runs/<dag>/<run id>/<attempt>.json` is a record, written once, and
 * `history/<dag>/<date counted down>/<run id>/<attempt>.<state>.<type>.<queued>.<start>.<end>`, and `.<partition key>` where it has
 * one, is its line in the list, an empty object, so that one listing tells a thousand runs. The line is written last: what is listed can be read. Parts of long maps
 * are `runs/<dag>/<run id>/parts/<execution>.json`.
 */
export function createRunLedger(store: ObjectStore): RunLedger {
  let lastPart: { readonly key: string; readonly record: PartRecord } | undefined;
  return {
    write: async (record) => {
      const kept = await withoutLongResults(store, record);
      const attempt = await writeRecord(store, kept);
      await store.create(lineKey({ ...kept, attempt }), Buffer.alloc(0));
      return attempt;
    },
    read: async (run, attempt) => {
      const number = attempt ?? (await newestAttempt(store, run));
      return number === undefined ? undefined : readRecord(store, run, number);
    },
    result: async (task) => {
      if (task.partKey === undefined) return resultAt(store, task);
      // Whoever asks for one index of a part mostly asks for the next one, too.
      if (lastPart?.key !== task.partKey) {
        const record = await readPart(store, task.partKey);
        lastPart = {
          key: task.partKey,
          record: record ?? corrupted(`${task.partKey}, a part of a map that a record names, is gone`),
        };
      }
      const part = lastPart.record;
      const own = part.tasks.find(({ taskId, mapIndex }) => taskId === task.taskId && mapIndex === task.mapIndex);
      return own && resultAt(store, own);
    },
    writePart: async (record) => {
      const key = `${runPrefix(record)}parts/${keyPart(record.executionId)}.json`;
      const body = Buffer.from(`${JSON.stringify(await withoutLongResults(store, record))}\n`);
      await store.create(key, body, { contentType: 'application/json' });
      return key;
    },
    readPart: (key) => readPart(store, key),
    list: (dagId, range = {}) => listRuns(store, dagId, range),
  };
}

async function resultAt(store: ObjectStore, { result, resultKey }: TaskInstanceRecord): Promise<string | undefined> {
  if (resultKey === undefined) return result;
  const stored = await store.get(resultKey);
  if (stored === undefined) throw corrupt(`${resultKey}, a task's result that a record names, is gone`);
  return stored.body.toString('utf8');
}

async function readPart(store: ObjectStore, key: string): Promise<PartRecord | undefined> {
  const stored = await store.get(key);
  if (stored === undefined) return undefined;
  return (
    readJson(partRecordSchema, stored.body) ?? corrupted(`${key} is not the record of a part that this version knows`)
  );
}

async function withoutLongResults<Record extends RunRecord | PartRecord>(
  store: ObjectStore,
  record: Record,
): Promise<Record> {
  const tasks = [...record.tasks];
  const long = [...tasks.entries()].filter(([, { result }]) => (result?.length ?? 0) > longestInline);
  if (long.length === 0) return record;
  // By the execution, since the attempt's number is not sure before the record is written.
  const prefix = `${runPrefix(record)}results/${keyPart(record.executionId)}/`;
  // What an attempt before has written is not sent again: it may be all but the last of a gigabyte.
  const there = new Set<string>();
  for await (const { key } of store.list(prefix)) there.add(key);
  const lane = async (): Promise<void> => {
    for (let next = long.pop(); next !== undefined; next = long.pop()) {
      const [at, { result = '', ...task }] = next;
      const resultKey = `${prefix}${keyPart(task.taskId)}/${task.mapIndex}.json`;
      if (!there.has(resultKey))
        await store.create(resultKey, Buffer.from(result), { contentType: 'application/json' });
      tasks[at] = { ...task, resultKey };
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return { ...record, tasks };
}

async function writeRecord(store: ObjectStore, record: RunRecord): Promise<number> {
  for (let { attempt } = record; ; attempt++) {
    const body = Buffer.from(`${JSON.stringify({ ...record, attempt })}\n`);
    const options = { contentType: 'application/json' };
    if ((await store.create(recordKey(record, attempt), body, options)) === 'created') return attempt;
    const there = await readRecord(store, record, attempt);
    if (there?.executionId === record.executionId) return attempt;
  }
}

async function readRecord(store: ObjectStore, run: RunAddress, attempt: number): Promise<RunRecord | undefined> {
  const key = recordKey(run, attempt);
  const stored = await store.get(key);
  if (stored === undefined) return undefined;
  return (
    readJson(runRecordSchema, stored.body) ?? corrupted(`${key} is not the record of a run that this version knows`)
  );
}

/** By the record's name alone: attempts are few, and a gap between them would have to be made by hand. */
async function newestAttempt(store: ObjectStore, run: RunAddress): Promise<number | undefined> {
  let newest: number | undefined;
  const prefix = runPrefix(run);
  for await (const { key } of store.list(prefix)) {
    const number = /^(\d+)\.json$/.exec(key.slice(prefix.length))?.[1];
    if (number !== undefined) newest = Math.max(newest ?? 0, Number(number));
    // Numbers come before the names of a run's other folders.
    else if (key.slice(prefix.length) > ':') break;
  }
  return newest;
}

async function* listRuns(
  store: ObjectStore,
  dagId: string,
  { from, to }: LedgerRange,
): AsyncGenerator<RunSummaryRecord> {
  const prefix = listPrefix(dagId);
  const start = to === undefined ? {} : { startAfter: `${prefix}${countedDown(to.getTime())}` };
  let held: RunSummaryRecord | undefined;
  for await (const { key } of store.list(prefix, start)) {
    const line = lineOf(dagId, key.slice(prefix.length));
    if (line === undefined) continue;
    if (from !== undefined && Date.parse(line.logicalDate) < from.getTime()) break;
    // Attempts of a run follow each other; its last one counts.
    if (held !== undefined && held.runId !== line.runId) yield held;
    held = held?.runId === line.runId && held.attempt > line.attempt ? held : line;
  }
  if (held !== undefined) yield held;
}

function recordKey(run: RunAddress, attempt: number): string {
  return `${runPrefix(run)}${attempt}.json`;
}

function listPrefix(dagId: string): string {
  return `history/${keyPart(dagId)}/`;
}

function lineKey({
  dagId,
  runId,
  attempt,
  state,
  runType,
  logicalDate,
  queuedAt,
  start,
  end,
  partitionKey,
}: RunSummaryRecord): string {
  const times = [queuedAt, start, end].map((time) => (time === null ? '-' : String(Date.parse(time))));
  const partition = partitionKey === undefined ? [] : [keyPart(partitionKey)];
  const said = [String(attempt), state, runType, ...times, ...partition].join('.');
  return `${listPrefix(dagId)}${countedDown(Date.parse(logicalDate))}/${keyPart(runId)}/${said}`;
}

/** The other way round of {@link lineKey}; `undefined` for what it never gives. */
function lineOf(dagId: string, name: string): RunSummaryRecord | undefined {
  const form = /^(\d{15})\/([^/]+)\/(\d+)\.(success|failed)\.([a-z_]+)\.(\d+)\.(\d+|-)\.(\d+)(?:\.(.+))?$/;
  const [, date, run = '', attempt, state, type, queued, start, end, partition] = form.exec(name) ?? [];
  const runId = textOfPart(run);
  const partitionKey = partition === undefined ? undefined : textOfPart(partition);
  const runType = runTypes.find((one) => one === type);
  if (date === undefined || runId === undefined || runType === undefined) return undefined;
  const instant = (ms: string | undefined): string => new Date(Number(ms)).toISOString();
  return {
    dagId,
    runId,
    attempt: Number(attempt),
    state: state === 'success' ? 'success' : 'failed',
    runType,
    logicalDate: new Date(countedUp(date)).toISOString(),
    queuedAt: instant(queued),
    start: start === '-' ? null : instant(start),
    end: instant(end),
    ...(partitionKey !== undefined && { partitionKey }),
  };
}

function corrupt(message: string): AdapterError {
  return new AdapterError(`${message}; objects of the ledger must not be edited or removed`, {
    system: 's3',
    code: 'corrupt',
  });
}

function corrupted(message: string): never {
  throw corrupt(message);
}
