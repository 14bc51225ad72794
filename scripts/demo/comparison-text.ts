import { isDeepStrictEqual } from 'node:util';
import { answerKeys, type Answers } from '../../pipeline/report/answers.ts';
import { answerTables } from '../answer-tables.ts';
import { CommandError } from '../failure.ts';

/** What notebooks answered beside what DuckDB did. Throws CommandError where they differ. */
export function comparisonText(duckdb: Answers, spark: Answers): string {
  const different = answerKeys.filter((key) => !isDeepStrictEqual(duckdb[key], spark[key]));
  const title = 'The same questions, asked by notebooks on Spark of tables that Spark cleaned:';
  const tables = `${title}\n\n${answerTables(spark)}`;
  if (different.length > 0) {
    throw new CommandError(`${tables}\n\nDuckDB and Spark answer differently: ${different.join(', ')}`);
  }
  const rows = answerKeys.reduce((sum, key) => sum + duckdb[key].length, 0);
  return `${tables}\n\nDuckDB and Spark agree: ${answerKeys.length} answers, ${rows} rows, equal row by row.`;
}
