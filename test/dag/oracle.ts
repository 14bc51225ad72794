import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Cases that Airflow itself computed, kept outside the repository; `undefined` where they are not there. */
export function oracleCases<Case>(file: string): readonly Case[] | undefined {
  const folder = process.env['TW_TEST_ORACLE'] ?? join(__dirname, '../../../shared/data/airflow-oracle');
  const path = join(folder, file);
  if (!existsSync(path)) {
    console.warn(`skipped: ${file} of Airflow's recorded decisions is not there (TW_TEST_ORACLE names its folder)`);
    return undefined;
  }
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Case);
}
