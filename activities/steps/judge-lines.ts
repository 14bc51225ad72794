import { absentBits } from '../../pipeline/cleaning/judge-sql.ts';
import { lineKeySql, linesSql } from '../../pipeline/cleaning/lines-sql.ts';
import { badTable, figuresSql, judgedTable, linesPerFile, placesTable } from '../../pipeline/cleaning/merge-sql.ts';
import { parseVerdict } from '../../pipeline/cleaning/reasons.ts';
import type { TableName } from '../../pipeline/tables.ts';
import type { SqlSession } from '../duckdb/port.ts';
import type { LandingZone, QuarantinedRecord } from '../s3/port.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import type { StepContext } from '../shared/step-context.ts';
import type { LandedLines } from './landed-lines.ts';

/** What became of the lines. `read` = `clean` + `quarantined`. */
export interface LineFigures {
  readonly read: number;
  readonly clean: number;
  readonly quarantined: number;
  /** Good lines without a documented field, by field. */
  readonly missing: Readonly<Record<string, number>>;
  /** Good lines whose follower count has no known shape, so that their column is null. */
  readonly oddFollowerCounts: number;
}

/** Groups of files that are read side by side: more than threads, so that none waits for the last file of another. */
export const branches = 4;

/** SQL of the lines, as `(k, line)`. */
function linesOf({ paths }: LandedLines): string {
  return linesSql(paths, branches);
}

/** Decides about every line (tables `places`, `judged`) and holds the outcome against the chain's own count. */
export async function judgeLines(session: SqlSession, table: TableName, lines: LandedLines): Promise<LineFigures> {
  await session.run(placesTable);
  for (let at = 0; at < lines.places.length; at += 5_000) {
    const rows = lines.places
      .slice(at, at + 5_000)
      .map((p) => `(${lineKeySql(`${p.file}`, `${p.line}`)}, ${p.partition}, ${p.offset}, ${p.from}, ${p.to})`);
    await session.run(`INSERT INTO places VALUES ${rows.join(', ')}`);
  }
  await session.run(judgedTable(table, linesOf(lines)));
  const counted = new Map((await session.rows(linesPerFile)).map(({ file, lines: n }) => [Number(file), Number(n)]));
  for (const [file, count] of lines.counts.entries()) {
    if (counted.get(file) !== count) {
      throw inconsistent(`an object of ${table} has ${counted.get(file) ?? 0} lines, its metadata say ${count}`);
    }
  }
  const fields = absentBits(table);
  const [figures = {}] = await session.rows(figuresSql(fields.map(({ bit }) => bit)));
  const read = Number(figures['read']);
  const clean = Number(figures['clean']);
  const quarantined = Number(figures['quarantined']);
  if (read !== lines.expected || read !== clean + quarantined) {
    throw inconsistent(
      `of ${table}, ${read} lines were read (${clean} clean, ${quarantined} bad), but ${lines.expected} were landed`,
    );
  }
  const missing = fields
    .map(({ name, bit }) => [name, Number(figures[`absent${bit}`])] as const)
    .filter(([, count]) => count > 0);
  return { read, clean, quarantined, missing: Object.fromEntries(missing), oddFollowerCounts: Number(figures['odd']) };
}

/** Bytes of bad lines that are held in memory at once. */
const pageBytes = 8 * 1024 * 1024;

/** Keeps the bad lines. Writing them again changes nothing, so a later attempt does it again. */
export async function quarantineLines(
  session: SqlSession,
  landing: LandingZone,
  lines: LandedLines,
  topic: string,
  context: StepContext,
): Promise<void> {
  await session.run(badTable(linesOf(lines), pageBytes));
  const pages = await session.rows(`SELECT DISTINCT "partition", page::BIGINT AS page FROM bad ORDER BY ALL`);
  for (const { partition, page } of pages) {
    const rows = await session.rows(
      // As bytes: a text loses a byte order mark at its start on the way here.
      `SELECT "offset", reason, base64(encode(line)) AS line FROM bad WHERE "partition" = ${Number(partition)} AND page = ${Number(page)} ORDER BY k`,
    );
    const records = rows.map(({ offset, reason, line }): QuarantinedRecord => ({
      topic,
      partition: Number(partition),
      offset: Number(offset),
      ...parseVerdict(String(reason)),
      key: null,
      value: Buffer.from(String(line), 'base64'),
      timestamp: null,
    }));
    await landing.quarantine(records, { stage: 'clean', runId: context.place.runId });
    context.heartbeat({ phase: 'quarantine', partition, page });
  }
}

function inconsistent(message: string): AdapterError {
  return new AdapterError(`${message}: nothing was changed`, { system: 'landing', code: 'corrupt' });
}
