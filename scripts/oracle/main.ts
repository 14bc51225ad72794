import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Looks at one case of a file; gives what differs from Airflow's answer in words, `undefined` when nothing does. */
type Check = (recorded: unknown) => string | undefined;

// npm run oracle -- KIND FILE: holds our rules to cases that Airflow itself decided, one JSON object a line.
const kinds: Readonly<Record<string, () => Promise<Check>>> = {
  backfill: async () => (await import('./backfill.ts')).backfillDifference,
  clear: async () => (await import('./clear.ts')).clearDifference,
  graph: async () => (await import('./graph.ts')).graphDifference,
  time: async () => (await import('./time.ts')).timeDifference,
};

const caseId = z.object({ id: z.union([z.number(), z.string()]) });

/** Differences that are printed; the rest is counted. */
const shown = 10;

const [kind, file] = process.argv.slice(2);
const load = kind === undefined ? undefined : kinds[kind];
if (load === undefined || file === undefined) {
  process.stderr.write(`usage: npm run oracle -- KIND FILE\n  KIND is one of: ${Object.keys(kinds).join(', ')}\n`);
  process.exit(2);
}
const lines = linesOf(file);
const check = await load();

let passed = 0;
let failed = 0;
for (const [at, line] of lines.entries()) {
  if (line.trim() === '') continue;
  const difference = differenceOf(line);
  if (difference === undefined) passed++;
  else {
    failed++;
    if (failed <= shown) process.stdout.write(`line ${at + 1}, ${difference}\n`);
  }
}
if (failed > shown) process.stdout.write(`… and ${failed - shown} more\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;

function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch (error) {
    process.stderr.write(`${path} cannot be read (${String(error)}): name a file of cases, one a line\n`);
    return process.exit(2);
  }
}

function differenceOf(line: string): string | undefined {
  let name = 'which has no id';
  try {
    const recorded: unknown = JSON.parse(line);
    name = `case ${caseId.parse(recorded).id}`;
    const difference = check(recorded);
    return difference === undefined ? undefined : `${name}: ${difference}`;
  } catch (error) {
    return `${name}: ${String(error)}`;
  }
}
