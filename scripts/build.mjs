// Compiles the rooms to `dist/` and bundles the workflows once, so that a worker starts without webpack.
// Plain JavaScript, since it is what makes TypeScript runnable on Node 20.
// Made beside it and moved there when all of it is good: what fails leaves the last good build as it was, which the verbs that
// operate go on with (scripts/tw.mjs).
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const made = join(root, 'dist', '.next');
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
    if (error?.name !== 'DagDefinitionError') throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
cpSync(made, join(root, 'dist'), { recursive: true, filter: (path) => basename(path) !== '.tsbuildinfo' });
writeFileSync(join(root, 'dist', '.built'), '');
