import { createReadStream, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Command, Option } from 'commander';
import { readEnvironment, stackSettingsFile } from '../../config/environment.ts';
import { parseSettings } from '../../config/settings.ts';
import { partNames, usualPartNames, type PartName } from '../../stack/part-name.ts';
import { s3Servers, type S3Server } from '../../stack/parts.ts';
import { precheck, precheckLines } from '../../stack/precheck.ts';
import { progressPrinter } from '../../stack/progress-printer.ts';
import { megabytes } from '../../stack/progress.ts';
import { purge, purgeable } from '../../stack/purge.ts';
import { startStack, stopStack } from '../../stack/stack.ts';
import { companionStatus, newestLog, stackStatus, type ServerStatus } from '../../stack/status.ts';
import { checkoutFolder } from '../build-folder.ts';
import { confirmed } from '../confirm.ts';
import { CommandError, configurationExitCode, explainFailure } from '../failure.ts';
import { stopSignal } from '../stop-signal.ts';

/** `tw stack`: the local servers. State and downloads are where TW_STATE_DIR and TW_CACHE_DIR say. */
export function stackCommand(): Command {
  return new Command('stack')
    .description('start, stop and look at the local servers')
    .addCommand(upCommand())
    .addCommand(
      new Command('down').description('stop the servers; their data stays').action(async () => {
        const stopped = await stopStack(stateDir());
        console.log(stopped.length === 0 ? 'nothing was running' : `stopped: ${stopped.join(', ')}`);
      }),
    )
    .addCommand(
      new Command('status')
        .description('what runs, where, and its log; exits 3 when something is down')
        .option('--json', 'as JSON')
        .action(({ json }: { readonly json?: true }) => {
          const status = stackStatus(stateDir());
          const companions = companionStatus(stateDir()).map((one) => ({ ...one, state: 'running' }));
          const lines = [...status.map(statusLine), ...companions.map(companionLine)];
          console.log(json ? JSON.stringify([...status, ...companions], undefined, 2) : lines.join('\n'));
          if (status.some(({ state }) => state !== 'running')) process.exitCode = 3;
        }),
    )
    .addCommand(
      new Command('logs')
        .description("print a server's log since its last start")
        .argument('<part>', partNames.join(', '))
        .option('-f, --follow', 'go on as it grows')
        .action(printLog),
    )
    .addCommand(purgeCommand());
}

interface UpOptions {
  readonly s3: S3Server;
  readonly parts: readonly PartName[];
  readonly databricks?: true;
}

function upCommand(): Command {
  return new Command('up')
    .description('fetch what is missing, start the servers, and leave them running')
    .addOption(new Option('--s3 <server>', 'which S3 server').choices(s3Servers).default('ministack'))
    .addOption(
      new Option('--parts <names...>', 'only these').choices(partNames).default(usualPartNames, 'the usual four'),
    )
    .option('--databricks', 'and databricks-local: notebooks on Spark, which is large (says first what it fetches)')
    .action(async ({ s3, parts: named, databricks }: UpOptions) => {
      const parts: readonly PartName[] = databricks ? [...named, 'databricks'] : named;
      const check = await precheck({ stateDir: stateDir(), s3, parts });
      console.log(precheckLines(check).join('\n'));
      if (check.problems.length > 0) {
        throw new CommandError('the servers cannot be started: see above', { exitCode: configurationExitCode });
      }
      const stop = stopSignal();
      const options = { stateDir: stateDir(), s3, parts, checkout: checkoutFolder(), tether: false, stop };
      const stack = await startStack({ ...options, onProgress: progressPrinter(process.stderr) }).catch(
        (error: unknown) => {
          if (!stop.aborted) throw error;
          process.stderr.write(`${explainFailure(error).text}\n`);
          // By hand: a tool that fetches would keep this process until it is done.
          return process.exit(130);
        },
      );
      console.log(stackStatus(stack.stateDir).map(statusLine).join('\n'));
      const ui = stack.settings['TEMPORAL_UI_URL'];
      if (ui !== undefined) console.log(`Temporal UI: ${ui}`);
      const host = stack.settings['DATABRICKS_HOST'];
      if (host !== undefined)
        console.log(`Databricks: ${host}, token and cluster in ${join(stack.stateDir, stackSettingsFile)}`);
    });
}

function purgeCommand(): Command {
  return new Command('purge')
    .description('stop the servers and remove their data; shows first what that frees')
    .option('--cache', 'the downloads too, which all checkouts share')
    .option('--yes', 'do not ask')
    .action(async ({ cache = false, yes = false }: { readonly cache?: boolean; readonly yes?: boolean }) => {
      const rows = purgeable({ stateDir: stateDir(), cache });
      if (rows.length === 0) {
        console.log('nothing to remove');
        return;
      }
      for (const { path, what, bytes } of rows) console.log(`${megabytes(bytes).padStart(9)}  ${path} (${what})`);
      if (!yes && !(await confirmed('Remove all of this?'))) {
        console.log('nothing was removed');
        return;
      }
      console.log(`freed ${megabytes(await purge({ stateDir: stateDir(), cache }))}`);
    });
}

async function printLog(name: string, { follow = false }: { readonly follow?: boolean }): Promise<void> {
  const part = partNames.find((one) => one === name);
  if (part === undefined) throw new CommandError(`there is no part ${name}: ${partNames.join(', ')}`);
  const path = newestLog(stateDir(), part);
  if (path === undefined) throw new CommandError(`${name} has not been started here`);
  let printed = await printFrom(path, 0);
  if (!follow) return;
  const stop = stopSignal();
  const changes = watch(path, { signal: stop });
  await new Promise<void>((resolve) => {
    let turn = Promise.resolve();
    changes.on('change', () => {
      turn = turn.then(async () => {
        printed = await printFrom(path, printed);
      });
    });
    changes.on('close', resolve);
  });
}

/** Prints a file from a position on and returns where it ended; from the start when the file was begun anew. */
async function printFrom(path: string, start: number): Promise<number> {
  const { size } = statSync(path);
  const from = size < start ? 0 : start;
  if (size > from) {
    await pipeline(createReadStream(path, { start: from, end: size - 1 }), process.stdout, { end: false });
  }
  return size;
}

function statusLine({ name, state, version, pid, ports, logPath, tethered }: ServerStatus): string {
  if (state === 'down') return `${name.padEnd(10)} down`;
  if (state === 'dead')
    return `${name.padEnd(10)} dead     process ${pid} has ended; tw stack up${name === 'databricks' ? ' --databricks' : ''} starts it again  ${logPath}`;
  const places = Object.entries(ports).map(([purpose, port]) => `${purpose} 127.0.0.1:${port}`);
  const who = `process ${pid}${tethered ? ', ends with the command that started it' : ''}`;
  return `${name.padEnd(10)} ${state.padEnd(8)} ${version.padEnd(16)} ${places.join(', ')}  (${who})  ${logPath}`;
}

function companionLine({ name, pid }: { readonly name: string; readonly pid: number }): string {
  return `${name.padEnd(10)} running  (process ${pid}, ends with tw stack down)`;
}

function stateDir(): string {
  return parseSettings({ TW_STATE_DIR: readEnvironment()['TW_STATE_DIR'] }).stateDir;
}
