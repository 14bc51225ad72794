#!/usr/bin/env node
// Starts the compiled command line. Node 20 does not run TypeScript, so `npm ci` builds `dist/` (prepare); whoever edits a
// source file and runs a command again gets a fresh build first, and never wonders why nothing changed.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const rooms = [
  'dag',
  'pipeline',
  'config',
  'activities',
  'workflows',
  'workers',
  'scripts',
  'stack',
  'gateway',
  'testing',
];

function newest(folder) {
  if (!existsSync(folder)) return 0;
  let latest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) latest = Math.max(latest, newest(path));
    else if (entry.name.endsWith('.ts')) latest = Math.max(latest, statSync(path).mtimeMs);
  }
  return latest;
}

if (!existsSync(join(root, 'node_modules'))) {
  process.stderr.write('tw: the libraries are not installed yet; run `npm ci` first\n');
  process.exit(78);
}
const stamp = join(root, 'dist', '.built');
const built = existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
if (rooms.some((room) => newest(join(root, room)) > built)) {
  process.stderr.write('sources are newer than the build: building…\n');
  const npm = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (npm.status !== 0) {
    process.stderr.write(
      'tw: the sources do not build, so nothing was done: mend what is said above, then say it again\n',
    );
    process.exit(1);
  }
}
// The AWS SDK warns, at every start, of a Node version that later SDKs will want; ours is pinned, and users cannot act on it.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
await import(pathToFileURL(join(root, 'dist', 'scripts', 'main.js')).href);
