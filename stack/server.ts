import { closeSync, existsSync, openSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inheritedEnvironment } from '../config/environment.ts';
import { obtain } from './fetch/cache.ts';
import { missingLibraries } from './libraries.ts';
import type { PartContext, Programs, Variables } from './part.ts';
import type { ChosenPart } from './parts.ts';
import { thisPlatform } from './platform.ts';
import { choosePorts, isFree } from './ports.ts';
import type { OnProgress, Progress } from './progress.ts';
import { StackError } from './stack-error.ts';
import type { StackState } from './state.ts';
import { endGroup, startTethered, type TetheredProcess } from './tethered-process.ts';

/** Name of a server's log in its folder. The one before it is `server.previous.log`. */
export const logFile = 'server.log';

/** What a server is brought up with. */
export interface BringUp {
  readonly chosen: ChosenPart;
  readonly state: StackState;
  readonly cacheDir: string;
  readonly checkout: string | undefined;
  readonly given: Variables;
  readonly onProgress: OnProgress;
  readonly readyWithinMs: number;
  readonly stop: AbortSignal;
}

/** A server that serves. */
export interface ServingPart {
  readonly process: TetheredProcess;
  readonly context: PartContext;
  /** Milliseconds until its programs were there. */
  readonly obtainMs: number;
  /** Milliseconds from then until it served. */
  readonly startMs: number;
}

/** Where the programs of a part are: found on PATH, in the cache, or fetched now. */
async function obtainPrograms(
  { part }: ChosenPart,
  cacheDir: string,
  report: (step: Progress['step'], text: string, bytes?: number, totalBytes?: number) => void,
): Promise<Programs> {
  const path = await part.onPath();
  if (path !== undefined) {
    report('found', `${part.title} ${part.version}: ${path}`);
    return { path, from: 'path' };
  }
  const recipe = await part.recipe(thisPlatform());
  const lacking = missingLibraries(part.title, recipe.libraries);
  if (lacking !== undefined) throw new StackError(lacking);
  const folder = await obtain(recipe, cacheDir, (...told) => report('fetch', ...told));
  return { path: folder, from: 'cache' };
}

/**
 * Obtains, starts and waits for one server. It is on its tether when this resolves. Throws StackError, with the log's last
 * lines, when it does not come up, and also when it is stopped meanwhile; then no server of it is left running. A tool that
 * fetches may go on until this process ends, and ends with it.
 */
export async function bringUp(options: BringUp): Promise<ServingPart> {
  const { chosen, state, cacheDir, onProgress, stop } = options;
  const { part, kind } = chosen;
  const begun = performance.now();
  const obtaining = obtainPrograms(chosen, cacheDir, (step, text, bytes, totalBytes) => {
    if (stop.aborted) return;
    onProgress({
      part: part.name,
      step,
      text,
      ...(bytes === undefined ? {} : { bytes }),
      ...(totalBytes === undefined ? {} : { totalBytes }),
    });
  });
  const programs = await unlessStopped(stop, obtaining);
  const obtained = performance.now();
  onProgress({ part: part.name, step: 'start', text: `starting ${part.title} ${part.version}` });
  for (let attempt = 1; ; attempt++) {
    const context = await prepare(options, programs);
    try {
      const process = await startAndWait(options, context);
      const obtainMs = Math.round(obtained - begun);
      const startMs = Math.round(performance.now() - obtained);
      onProgress({ part: part.name, step: 'ready', text: `${part.title} ${part.version} is up (${startMs} ms)` });
      return { process, context, obtainMs, startMs };
    } catch (error) {
      // Somebody else may have taken a port between our look and the server's.
      const stolen = !stop.aborted && !(await allFree(context.ports));
      if (!stolen || attempt === 3) throw error;
      state.setPorts(kind, {});
    }
  }
}

async function prepare(
  { chosen: { part, kind }, state, given, cacheDir, checkout, onProgress }: BringUp,
  programs: Programs,
): Promise<PartContext> {
  const folder = state.partFolder(kind);
  const logPath = join(folder, logFile);
  if (existsSync(logPath)) renameSync(logPath, join(folder, 'server.previous.log'));
  const remembered = state.ports(kind);
  const ports = await choosePorts(
    Object.fromEntries(
      Object.entries(part.ports).map(([purpose, preferred]) => {
        const last = remembered[purpose];
        return [purpose, last === undefined ? [preferred] : [last]];
      }),
    ),
  );
  state.setPorts(kind, ports);
  return {
    programs,
    folder,
    logPath,
    ports,
    secrets: state.secrets(kind, part.secrets),
    given,
    cacheDir,
    checkout,
    report: (text) => onProgress({ part: part.name, step: 'start', text }),
  };
}

async function startAndWait(options: BringUp, context: PartContext): Promise<TetheredProcess> {
  const { chosen, state, readyWithinMs, stop } = options;
  const { part, kind } = chosen;
  const launch = await unlessStopped(stop, part.launch(context));
  const log = openSync(context.logPath, 'a', 0o600);
  const process = startTethered({
    command: launch.command,
    args: launch.args,
    environment: { ...inheritedEnvironment(), ...launch.environment },
    folder: launch.folder ?? context.folder,
    output: log,
    forget: state.settingsPath,
  });
  closeSync(log);
  state.setServer(part.name, {
    pid: process.pid,
    startedAt: process.startedAt,
    ports: context.ports,
    version: `${part.version} (${context.programs.from})`,
    kind,
    logPath: context.logPath,
    settings: part.settings(context),
    tethered: true,
  });
  try {
    await untilServing(part.title, process, () => part.check(context), { readyWithinMs, stop });
    return process;
  } catch (error) {
    await endGroup(process);
    state.setServer(part.name, undefined);
    if (stop.aborted) throw error;
    const tail = readFileSync(context.logPath, 'utf8').trim().split('\n').slice(-15).join('\n  ');
    throw new StackError(
      `${error instanceof Error ? error.message : String(error)}; its log is ${context.logPath}:\n  ${tail}`,
      { cause: error },
    );
  }
}

async function untilServing(
  title: string,
  process: TetheredProcess,
  check: () => Promise<void>,
  { readyWithinMs, stop }: { readonly readyWithinMs: number; readonly stop: AbortSignal },
): Promise<void> {
  const deadline = Date.now() + readyWithinMs;
  for (;;) {
    if (stop.aborted) throw startStopped();
    const problem = await check().then(
      () => undefined,
      (error: unknown) => error,
    );
    const ended = process.ended();
    if (ended !== undefined) throw new StackError(`${title} ended at its start (${ended})`);
    if (problem === undefined) return;
    if (Date.now() > deadline) {
      throw new StackError(`${title} did not serve within ${Math.round(readyWithinMs / 1000)} s`, { cause: problem });
    }
    await delay(50);
  }
}

/** The outcome of some work, or an error as soon as it is to stop; the work itself is left to the end of this process. */
async function unlessStopped<Result>(stop: AbortSignal, work: Promise<Result>): Promise<Result> {
  if (stop.aborted) throw startStopped();
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(startStopped());
    stop.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    stop.removeEventListener('abort', onAbort);
  }
}

/** The error of a start that was stopped. */
export function startStopped(): StackError {
  return new StackError('the start of the servers was stopped; those that had been started were ended');
}

async function allFree(ports: Readonly<Record<string, number>>): Promise<boolean> {
  const free = await Promise.all(Object.values(ports).map(isFree));
  return free.every(Boolean);
}
