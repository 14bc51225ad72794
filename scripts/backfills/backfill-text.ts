import Table from 'cli-table3';
import type { BackfillRow } from '../../dag/backfill.ts';
import type { BackfillOrder } from '../../dag/backfill-run.ts';
import { durationText } from '../../dag/duration.ts';
import { instantText } from '../../workflows/engine/search-attributes.ts';
import type { KnownBackfill } from './backfills.ts';

/** Backfills as a table. */
export function backfillsTable(backfills: readonly KnownBackfill[]): string {
  const head = ['backfill', 'state', 'from', 'to', 'success', 'failed', 'active', 'to go', 'left', 'estimate'];
  const table = plainTable(head);
  for (const { order, state, progress } of backfills) {
    const { success = '', failed = '', toGo = '', active, estimate = null, left = order.left } = progress ?? {};
    const rest = estimate === null ? '' : durationText(estimate);
    const { backfillId, fromDate, toDate } = order;
    table.push([backfillId, state, fromDate, toDate, success, failed, active?.length ?? '', toGo, left, rest]);
  }
  return table.toString();
}

/** One backfill: what was asked for, and how far it is. */
export function backfillText({ order, state, progress, end }: KnownBackfill): string {
  const { backfillId, dagId, fromDate, toDate, createdAt, maxActiveRuns, reprocessBehavior, runBackwards } = order;
  const facts: readonly (readonly [string, string | null])[] = [
    ['dag', dagId],
    ['state', state],
    ['range', `${fromDate} to ${toDate}${runBackwards ? ', the newest first' : ''}`],
    ['created', createdAt],
    ['ended', end],
    ['max active runs', String(maxActiveRuns)],
    ['reprocess', reprocessBehavior],
    ['params', paramsText(order)],
    ...progressFacts(progress),
  ];
  const lines = facts.flatMap(([name, value]) => (value === null ? [] : [`${name.padEnd(16)} ${value}`]));
  return [backfillId, ...lines].join('\n');
}

/** What its runs were given, and which were not: a run that is done again keeps its params. */
function paramsText({ conf, slots, again, reprocessBehavior }: BackfillOrder): string | null {
  if (Object.keys(conf).length === 0) return null;
  const given = JSON.stringify(conf);
  if (reprocessBehavior === 'none' || again === 0) return given;
  if (again === undefined) return `${given}, for new runs; those that run again keep theirs`;
  return `${given}, for new runs (${slots - again}); those that run again (${again}) keep theirs`;
}

function progressFacts(progress: KnownBackfill['progress']): readonly (readonly [string, string | null])[] {
  if (progress === null) return [['slots', 'not known: no worker answers, or it was ended from outside']];
  const { state, success, failed, active, toGo, left, averageDuration, estimate } = progress;
  const rest = state === 'cancelled' ? 'never begun' : 'to go';
  const slots = `${success} succeeded, ${failed} failed, ${active.length} active, ${toGo} ${rest}, ${left} left as they were`;
  return [
    ['slots', slots],
    ['active', active.length === 0 ? null : active.join(', ')],
    ['average', averageDuration === null ? null : `${durationText(averageDuration)} a slot`],
    ['estimate', estimate === null ? null : `through in about ${durationText(estimate)}`],
  ];
}

/** What a backfill does, slot by slot. */
export function rowsTable(rows: readonly BackfillRow[]): string {
  const table = plainTable(['#', 'logical date', 'data interval end', 'run', 'what']);
  for (const row of rows) table.push([row.ordinal, iso(row.start), iso(row.end), row.runId, whatText(row)]);
  return table.toString();
}

/** Rows as JSON. Instants are ISO 8601, UTC. */
export function rowsJson(rows: readonly BackfillRow[]): readonly Readonly<Record<string, unknown>>[] {
  return rows.map((row) => ({
    ordinal: row.ordinal,
    logicalDate: iso(row.start),
    dataInterval: { start: iso(row.start), end: iso(row.end) },
    runId: row.runId,
    action: row.action,
    ...(row.action === 'leave' && { reason: row.reason }),
  }));
}

/** How many slots are left out and why, for the end of a sentence; empty when none are. */
export function leftText(rows: readonly BackfillRow[]): string {
  const reasons = new Map<string, number>();
  for (const row of rows) if (row.action === 'leave') reasons.set(row.reason, (reasons.get(row.reason) ?? 0) + 1);
  return [...reasons].map(([reason, count]) => `${count} left as they are (${reason})`).join(', ');
}

function whatText(row: BackfillRow): string {
  if (row.action === 'leave') return `left: ${row.reason}`;
  return row.action === 'create' ? 'runs' : 'runs again';
}

function iso(instant: number): string {
  return instantText(new Date(instant));
}

function plainTable(head: string[]): Table.Table {
  return new Table({ head, style: { head: [], border: [] } });
}
