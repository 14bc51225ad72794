import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createS3ObjectStore } from '../../activities/s3/s3-object-store.ts';
import type { CleanResult } from '../../activities/steps/contract.ts';
import type { ObjectStore } from '../../activities/shared/object-store.ts';
import type { Settings } from '../../config/settings.ts';
import type { TableName } from '../../pipeline/tables.ts';
import { parseAnswers, type Answers } from '../../pipeline/report/answers.ts';
import { answerTables } from '../answer-tables.ts';
import { landingProofText, verifyLanding, type LandingProof } from '../commands/verify-landing.ts';
import { CommandError } from '../failure.ts';
import { comparisonText } from './comparison-text.ts';
import { quarantineText } from './quarantine-text.ts';
import type { BatchResult } from './run-batch.ts';

/** What a run of the demo came to, for people and for `--json`. */
export interface DemoOutcome {
  readonly answers: Answers;
  /** Rows of the cleaned tables: one an `ind`. */
  readonly rows: Readonly<Record<TableName, number>>;
  /** The report as a file of this machine. */
  readonly reportPath: string;
}

/**
 * Proves the landing, and fetches answers and report before the servers may go. Throws CommandError when the proof fails.
 */
export async function collectOutcome(
  settings: Settings,
  {
    batch,
    runId,
    dagId,
    folder,
    print,
  }: {
    readonly batch: BatchResult;
    readonly runId: string;
    readonly dagId: string;
    readonly folder: string;
    readonly print: (text: string) => void;
  },
): Promise<DemoOutcome> {
  const proof = await verifyLanding(settings, { bytes: true });
  print(landingProofText(proof));
  if (!proof.ok) throw new CommandError('the landing is not whole: see docs/landing.md');
  const store = createS3ObjectStore(settings.s3);
  try {
    const bad = await badRecords(store, runId, { proof, cleaned: batch.cleaned });
    if (bad.length > 0) print([`Kept in quarantine, s3://${settings.s3.bucket}/quarantine/:`, ...bad].join('\n'));
    const answers = await answersAt(store, batch.answers.key);
    const others = batch.notebookAnswers && (await answersAt(store, batch.notebookAnswers.key));
    const reportPath = join(folder, 'report.html');
    await writeFile(reportPath, await objectOf(store, `reports/${dagId}/${runId}.html`));
    print(answerTables(answers));
    if (others !== undefined) print(comparisonText(answers, others));
    return { answers, rows: rowsOf(batch.cleaned), reportPath };
  } finally {
    store.close();
  }
}

async function answersAt(store: ObjectStore, key: string): Promise<Answers> {
  const parsed = parseAnswers((await objectOf(store, key)).toString('utf8'));
  if ('answers' in parsed) return parsed.answers;
  throw new CommandError(`the answers at ${key} are not as they should be: ${parsed.problems.join('; ')}`);
}

/** Only looked for when something is said to be there: quarantine may hold years of other runs. */
async function badRecords(
  store: ObjectStore,
  runId: string,
  { proof, cleaned }: { readonly proof: LandingProof; readonly cleaned: readonly CleanResult[] },
): Promise<readonly string[]> {
  const some = [...proof.chains, ...cleaned].some(({ quarantined }) => quarantined > 0);
  return some ? await quarantineText(store, runId) : [];
}

async function objectOf(store: ObjectStore, key: string): Promise<Buffer> {
  const object = await store.get(key);
  if (object === undefined) throw new CommandError(`the run left no object ${key}`);
  return object.body;
}

function rowsOf(cleaned: readonly CleanResult[]): Readonly<Record<TableName, number>> {
  const rows: Record<TableName, number> = { pin: 0, geo: 0, user: 0 };
  for (const { table, rows: count } of cleaned) rows[table] = count;
  return rows;
}
