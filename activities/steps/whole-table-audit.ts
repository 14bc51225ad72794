import { cleanColumns } from '../../pipeline/cleaning/clean-columns.ts';
import { topicName, type TableName } from '../../pipeline/tables.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import { absorbed, type CleanRange } from './clean-ranges.ts';
import { auditTable, type TableAudit, type TableAuditDependencies } from './table-audit.ts';

/** What was found of one cleaned table, over all that was ever landed of its topic. */
export interface WholeTableAudit extends TableAudit {
  readonly table: TableName;
  /** Its newest Delta version; `null` when there is no table yet. */
  readonly version: number | null;
  /** Offsets that are landed, but that no cleaning has taken in yet: the next run does. No problem by itself. */
  readonly waiting: number;
  /** What is wrong with it, in words; none of a sound table. */
  readonly problems: readonly string[];
}

/**
 * Audits a table against the whole chains of its topic: every line that it has absorbed, and every row that it has. Throws only
 * when the bucket cannot be read; what is wrong with the table is told as a problem.
 */
export async function auditWholeTable(
  deps: TableAuditDependencies,
  place: { readonly user: string; readonly table: TableName },
  signal: AbortSignal,
): Promise<WholeTableAudit> {
  const { table } = place;
  const topic = topicName(place.user, table);
  const snapshot = await deps.tables.table(table, cleanColumns(table)).snapshot({ signal });
  const nothing = {
    table,
    version: snapshot?.version ?? null,
    rows: 0,
    lines: 0,
    current: 0,
    superseded: 0,
    quarantined: 0,
  };
  const problems: string[] = [];
  const ranges: CleanRange[] = [];
  let waiting = 0;
  for (const { partition } of await deps.landing.chains(topic, signal)) {
    if (partition < 0) continue;
    const end = (await deps.landing.end(topic, partition, signal)) ?? 0;
    const to = absorbed(snapshot, { topic, partition });
    if (to > end) problems.push(`${topic}/${partition} is absorbed up to ${to}, but landed only up to ${end}`);
    waiting += Math.max(0, end - to);
    ranges.push({ topic, partition, from: 0, to: Math.min(to, end) });
  }
  if (snapshot === undefined) return { ...nothing, waiting, problems };
  try {
    const audit = await auditTable(deps, { name: table, snapshot, ranges, signal });
    if (audit.rows !== audit.current) problems.push(`${audit.rows - audit.current} rows are of no landed line`);
    return { ...nothing, ...audit, waiting, problems };
  } catch (error) {
    if (!(error instanceof AdapterError) || error.code !== 'corrupt') throw error;
    return { ...nothing, waiting, problems: [...problems, error.message] };
  }
}
