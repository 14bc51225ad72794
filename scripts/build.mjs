// Compiles the rooms to `dist/` and bundles the workflows once, so that a worker starts without webpack.
// Plain JavaScript, since it is what makes TypeScript runnable on Node 20.
// Made beside it and moved there when all of it is good: what fails leaves the last good build as it was, which the verbs that
// operate go on with (scripts/tw.mjs). With --if-stale nothing is done where another process has just built the same.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { holdLock } from './build-lock.mjs';
import { builtFrom, newestSource, root, stamp } from './sources.mjs';

const dist = join(root, 'dist');
const made = join(dist, '.next');
await holdLock(join(dist, '.building'));
const sources = newestSource();
if (process.argv.includes('--if-stale') && sources <= builtFrom()) process.exit(0);
// What is saved while this builds may be in it or not, and has to count as newer.
const begun = Math.max(Date.now(), Math.ceil(sources)) / 1_000;
const tsc = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(tsc.status ?? 1);
const bundler = join(made, 'workers/bundle.js');
if (existsSync(bundler)) {
  const { writeWorkflowBundles } = await import(pathToFileURL(bundler).href);
  try {
    await writeWorkflowBundles(made);
  } catch (error) {
    // Its message is all that the author of a DAG needs.
    if (!['DagDefinitionError', 'SourceError'].includes(error?.name)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
for (const entry of readdirSync(made, { recursive: true, withFileTypes: true })) {
  if (entry.isFile() && entry.name !== '.tsbuildinfo') place(join(entry.parentPath, entry.name));
}
writeFileSync(stamp, '');
utimesSync(stamp, begun, begun);

/** At no moment is a file away, or half there: processes that start meanwhile load from this folder. */
function place(from) {
  const to = join(dist, relative(made, from));
  if (existsSync(to) && readFileSync(to).equals(readFileSync(from))) return;
  mkdirSync(dirname(to), { recursive: true });
  const draft = `${to}.${process.pid}`;
  copyFileSync(from, draft);
  renameSync(draft, to);
}
