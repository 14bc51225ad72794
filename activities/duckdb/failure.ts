import { AdapterError } from '../shared/adapter-error.ts';
import { diskFullWords } from '../shared/disk-full.ts';

/** What DuckDB's own words begin with, and what to make of it. The rest of them may quote a record, so it is not repeated. */
const verdicts: readonly {
  readonly starts: RegExp;
  readonly code: 'too_large' | 'unavailable' | 'corrupt';
  readonly words: string;
}[] = [
  {
    starts: /^Out of Memory Error: .*(temp|disk)/is,
    code: 'unavailable',
    words:
      'DuckDB ran out of memory and of disk for what it spilled: free disk where TW_WORK_DIR points, or raise TW_DUCKDB_MEMORY',
  },
  {
    starts: /^Out of Memory Error/,
    code: 'too_large',
    words: 'DuckDB needs more memory than it may use: raise TW_DUCKDB_MEMORY',
  },
  {
    starts: /No space left on device/,
    code: 'unavailable',
    words: diskFullWords,
  },
  {
    starts: /^(Invalid Input|IO) Error: (read_text|.*parquet|.*magic bytes)/is,
    code: 'corrupt',
    words: 'a file that DuckDB read is not what it should be',
  },
];

/** Turns DuckDB's own error text into an AdapterError that quotes no data, and of the statement only how it begins. */
export function statementFailure(message: string, sql: string): AdapterError {
  const cause = new Error(message);
  const known = verdicts.find(({ starts }) => starts.test(message));
  if (known !== undefined) return new AdapterError(known.words, { system: 'duckdb', code: known.code, cause });
  const kind = /^[A-Z][A-Za-z ]+ Error/.exec(message)?.[0] ?? 'an error';
  const begins = /^[A-Za-z_ ]{1,60}/.exec(sql)?.[0].trim() ?? '';
  return new AdapterError(
    `DuckDB refused the statement that begins with "${begins}" (${kind}): a defect of this program, or data that it does not expect; DuckDB's own words may quote records, so they are left out`,
    { system: 'duckdb', code: 'internal', canRetry: false, cause },
  );
}

/** Why a database process ended that was still needed. */
export function processFailure(code: number | null, signal: NodeJS.Signals | null): AdapterError {
  if (signal === 'SIGKILL' || signal === 'SIGTERM') {
    return new AdapterError('the DuckDB process was killed: the machine may be out of memory', {
      system: 'duckdb',
      code: 'unavailable',
    });
  }
  return new AdapterError(`the DuckDB process crashed (${signal ?? `exit code ${code}`})`, {
    system: 'duckdb',
    code: 'internal',
    canRetry: false,
  });
}
