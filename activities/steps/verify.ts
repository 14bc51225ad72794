import { z } from 'zod';
import { cleanColumns } from '../../pipeline/cleaning/clean-columns.ts';
import { questions } from '../../pipeline/questions/questions.ts';
import type { DeltaTables } from '../delta/port.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import { readJson } from '../shared/json-document.ts';
import type { ObjectStore } from '../shared/object-store.ts';
import type { StepContext } from '../shared/step-context.ts';
import type { AnswerResult, CleanResult, LandResult, VerifyInput, VerifyResult } from './contract.ts';
import { auditLanding } from './landing-audit.ts';
import { auditTable, type TableAuditDependencies } from './table-audit.ts';

/** What verifying works with. */
export interface VerifyDependencies extends TableAuditDependencies {
  /** The answers' tables. */
  readonly answers: DeltaTables;
}

/** `answers/<dag>/<run id>.json`: each answer's rows. */
const answersDocument = z.record(z.string(), z.array(z.unknown()));

/**
 * Proves from the bucket alone that nothing of a run was lost and nothing is there twice: the landed chain tiles the
 * run's offsets, each cleaned table is what its lines make of it, all answers are there. Throws at the first thing that is not so. Reads only.
 */
export function createVerify(
  deps: VerifyDependencies,
): (input: VerifyInput, context: StepContext) => Promise<VerifyResult> {
  return async ({ landed, cleaned, answers, notebookAnswers }, context) => {
    const sum = { objects: 0, offsets: 0, rows: 0 };
    for (const one of landed) {
      const { objects, offsets } = await verifyLanding(deps, one, context);
      sum.objects += objects;
      sum.offsets += offsets;
    }
    for (const one of cleaned) {
      const ranges = landed.find(({ table }) => table === one.table);
      if (ranges === undefined) throw wrong(`${one.table} was cleaned, but not landed`);
      sum.rows += await verifyTable(deps, one, ranges, context);
    }
    for (const one of [answers, notebookAnswers]) if (one !== null) await verifyDocument(deps.store, one, context);
    if (answers !== null) await verifyAnswerTables(deps.answers, context);
    return sum;
  };
}

async function verifyLanding(
  { landing }: VerifyDependencies,
  { partitions }: LandResult,
  context: StepContext,
): Promise<{ readonly objects: number; readonly offsets: number }> {
  const onObject = (key: string): void => context.heartbeat({ phase: 'landing', key });
  const audit = await auditLanding(landing, partitions, { bytes: false, signal: context.signal, onObject });
  const records = partitions.reduce((total, partition) => total + partition.records, 0);
  if (records !== audit.records) throw wrong(`landing told of ${records} records, the bucket has ${audit.records}`);
  return audit;
}

async function verifyTable(
  deps: VerifyDependencies,
  cleaned: CleanResult,
  landed: LandResult,
  context: StepContext,
): Promise<number> {
  const { table: name, version, rows } = cleaned;
  const { signal } = context;
  const snapshot = await deps.tables.table(name, cleanColumns(name)).snapshot({ version, signal });
  if (snapshot === undefined) throw wrong(`${name} has no version ${version}`);
  const audit = await auditTable(deps, {
    name,
    snapshot,
    ranges: landed.partitions,
    runId: context.place.runId,
    signal,
    onProgress: (progress) => context.heartbeat(progress),
  });
  if (audit.rows !== rows)
    throw wrong(`${name} has ${audit.rows} rows at version ${version}, cleaning told of ${rows}`);
  return audit.rows;
}

async function verifyDocument(store: ObjectStore, { key, rows }: AnswerResult, { signal }: StepContext): Promise<void> {
  const object = await store.get(key, signal);
  if (object === undefined) throw wrong(`there are no answers at ${key}`);
  const document = readJson(answersDocument, object.body);
  if (document === undefined) throw wrong(`${key} is not a document of answers: let the run answer again`);
  for (const { name } of questions) {
    if (document[name]?.length !== rows[name]) {
      throw wrong(`${key} does not have the ${rows[name]} rows of ${name}`);
    }
  }
}

async function verifyAnswerTables(tables: DeltaTables, { place, signal }: StepContext): Promise<void> {
  for (const { name, columns } of questions) {
    const snapshot = await tables.table(name, columns).snapshot({ signal });
    if (snapshot?.txns.has(place.runId) !== true) throw wrong(`the table of ${name} does not know this run`);
  }
}

function wrong(what: string): AdapterError {
  return new AdapterError(what, { system: 'verify', code: 'corrupt' });
}
