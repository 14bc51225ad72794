import { cpus, release, totalmem, type } from 'node:os';
import Table from 'cli-table3';

/** One line of a benchmark: what was measured, then figures with their units in their names. */
export type BenchRow = Readonly<Record<string, string | number | boolean | null>>;

/** What a benchmark is given. */
export interface BenchContext {
  /** Command line after the benchmark's name, for `parseArgs` of node:util. */
  readonly args: readonly string[];
  /** Aborts on SIGINT and SIGTERM, so that a benchmark can stop what it started. */
  readonly signal: AbortSignal;
  /** Prints a row as a JSON line at once, and keeps it for the table at the end. */
  readonly record: (row: BenchRow) => void;
  /** Prints a row as a JSON line alone: of a single round, where the table is for what the rounds come to. */
  readonly note: (row: BenchRow) => void;
}

/** A benchmark: the one function that `bench/NAME.ts` exports. */
export type Bench = (context: BenchContext) => Promise<void>;

/** Collects a benchmark's rows: JSON lines to stdout as they come, a line on the machine first, a table to stderr at the end. */
export function benchReport(name: string): Pick<BenchContext, 'record' | 'note'> & { readonly close: () => void } {
  const rows: BenchRow[] = [];
  const print = (row: BenchRow): void => {
    process.stdout.write(`${JSON.stringify({ bench: name, ...row })}\n`);
  };
  print({
    machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
  });
  return {
    note: print,
    record: (row) => {
      rows.push(row);
      print(row);
    },
    close: () => {
      if (rows.length === 0) return;
      const head = [...new Set(rows.flatMap((row) => Object.keys(row)))];
      const table = new Table({ head, style: { head: [], border: [] } });
      table.push(...rows.map((row) => head.map((column) => cell(row[column]))));
      process.stderr.write(`${table.toString()}\n`);
    },
  };
}

function cell(value: BenchRow[string] | undefined): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'number') return String(value);
  return Number.isInteger(value) ? value.toLocaleString('en') : value.toFixed(2);
}
