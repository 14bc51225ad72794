#!/usr/bin/env node
// Starts the compiled command line. Node 20 does not run TypeScript, so `npm ci` builds `dist/` (prepare); whoever edits a
// source file and runs a command again gets a fresh build first, and never wonders why nothing changed. A DAG that does not
// compile must not keep an operator from the runs of all others: what works on what is there goes on with the last good build.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { builtFrom, newestSource, root } from './sources.mjs';

/** What takes up definitions as they are now, so that it must not go on with those of before. docs/commands.md names them. */
const definitionVerbs = [
  'demo',
  'dev',
  'worker',
  'schedules apply',
  'schedules diff',
  'backfill create',
  'dags new',
  'dags test',
];

function takesDefinitions(args) {
  const [verb, below] = args.filter((arg) => !arg.startsWith('-'));
  const asksForHelp = args.includes('--help') || args.includes('-h');
  return !asksForHelp && (definitionVerbs.includes(verb) || definitionVerbs.includes(`${verb} ${below}`));
}

/** The first thing that is wrong, on one line, of what a build has said. */
function troubleOf(said) {
  const lines = said.split('\n');
  const compiler = lines.filter((line) => /: error TS\d+: /.test(line));
  if (compiler.length > 0) return `${compiler[0]}${compiler.length === 1 ? '' : ` (and ${compiler.length - 1} more)`}`;
  // Webpack tells last, after much else, which file took in what a workflow cannot have.
  const at = lines.findIndex((line) => line.startsWith('ERROR in '));
  if (at < 0) return lines.find((line) => line.trim() !== '') ?? 'the build ended early';
  const file = /^ @ \.\/dist\/\.next\/(\S+)\.js /m.exec(said)?.[1];
  return `${file === undefined ? '' : `${file}.ts: `}${lines[at]}: ${lines[at + 1]}`;
}

if (!existsSync(join(root, 'node_modules'))) {
  process.stderr.write('tw: the libraries are not installed yet; run `npm ci` first\n');
  process.exit(78);
}
const built = builtFrom();
if (newestSource() > built) {
  process.stderr.write('sources are newer than the build: building…\n');
  const build = spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs'), '--if-stale'], {
    cwd: root,
    encoding: 'utf8',
  });
  const said = `${build.stdout ?? ''}${build.stderr ?? ''}`;
  if (build.status === 0) process.stderr.write(said);
  else if (built > 0 && !takesDefinitions(process.argv.slice(2))) {
    process.stderr.write(
      `tw: warning: the sources do not build: ${troubleOf(said)}\n` +
        `tw: warning: going on with the last good build, of ${new Date(built).toISOString().replace(/\.\d+Z$/, 'Z')}; npm run build says all that is wrong\n`,
    );
  } else {
    const why = built > 0 ? 'and this takes up definitions' : 'and there is no earlier build to go on with';
    process.stderr.write(
      `${said.trimEnd()}\ntw: the sources do not build, ${why}, so nothing was done: mend what is said above, then say it again\n`,
    );
    process.exit(1);
  }
}
// The AWS SDK warns, at every start, of a Node version that later SDKs will want; ours is pinned, and users cannot act on it.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
await import(pathToFileURL(join(root, 'dist', 'scripts', 'main.js')).href);
