import { cacheFolder } from '../config/environment.ts';
import { addressGiven, givenSettings } from './given-settings.ts';
import { withLock } from './lock.ts';
import { partNames, usualPartNames, type PartName } from './part-name.ts';
import type { PartContext, Variables } from './part.ts';
import { chooseParts, type ChosenPart, type S3Server } from './parts.ts';
import { identify, isRunning } from './process-identity.ts';
import type { OnProgress } from './progress.ts';
import { bringUp, startStopped, type ServingPart } from './server.ts';
import { openState, type StackState, type StartedServer } from './state.ts';
import { endGroup } from './tethered-process.ts';

/** How a stack is started. */
export interface StackOptions {
  /** Folder of data, logs, ports and secrets; made when it is not there. Two stacks need two folders. */
  readonly stateDir: string;
  /** Default: the usual ones. */
  readonly parts?: readonly PartName[];
  readonly s3?: S3Server;
  /** Folder of downloads; default: the user's cache folder. */
  readonly cacheDir?: string;
  /** Folder of the checkout; only databricks-local needs it. */
  readonly checkout?: string;
  /**
   * Whether the servers end with this process, however it ends. Otherwise they live until `stopStack`; while they come
   * up they are on the tether in any case, so that Ctrl-C leaves nothing behind.
   */
  readonly tether: boolean;
  /** Settings that the user gave; a part whose address is among them is not started. Default: the environment. */
  readonly given?: Variables;
  readonly onProgress?: OnProgress;
  /** Milliseconds that a server may take from its start until it serves. Default: 60 s. */
  readonly readyWithinMs?: number;
  /** When it aborts during the start, what this call has started is ended, and only then the call rejects. */
  readonly stop?: AbortSignal;
}

/** One part of a stack that is up. */
interface StackPart {
  readonly name: PartName;
  /** `given`: an address of the settings. `reused`: found running and healthy. `started`: by this call. */
  readonly origin: 'given' | 'reused' | 'started';
  readonly version: string;
  readonly ports: Readonly<Record<string, number>>;
  readonly pid: number | undefined;
  readonly logPath: string | undefined;
  /** Milliseconds for finding or fetching, and for starting; 0 unless started by this call. */
  readonly obtainMs: number;
  readonly startMs: number;
}

/** A stack that is up. */
export interface Stack extends AsyncDisposable {
  readonly stateDir: string;
  /** Variables that lead to its servers, for `parseSettings({ ...environment, ...settings })`. Hold secrets. */
  readonly settings: Readonly<Record<string, string>>;
  readonly parts: readonly StackPart[];
  /**
   * Lets the servers outlive this process, and with them processes that use them (a worker), given by name and pid:
   * `stopStack` ends those first. Each must lead a process group of its own.
   */
  keep(companions?: Readonly<Record<string, number>>): void;
  /** Stops what this call started, and leaves as it was what it found running. Does nothing after `keep`. */
  stop(): Promise<void>;
}

/**
 * Brings up the servers of a state folder and waits until all serve. Running healthy ones are used as they are; one that
 * has died is started again. Idempotent. Throws StackError when one does not come up; then those that this call started
 * are stopped.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { parts = usualPartNames, s3 = 'ministack', given = givenSettings(), onProgress = () => {} } = options;
  const { stop = new AbortController().signal } = options;
  const state = openState(options.stateDir);
  const chosen = chooseParts(parts, s3);
  return await withLock(
    state.lockPath,
    async () => {
      const known = new Map(chosen.map((one) => [one.part.name, addressGiven(one.part, given)]));
      const wanted = chosen.filter(({ part }) => known.get(part.name) === undefined);
      const cacheDir = cacheFolder(options.cacheDir);
      const reused = await findServing(wanted, state, { given, cacheDir });
      const missing = wanted.filter(({ part }) => !reused.has(part.name));
      const settled = await Promise.allSettled(
        missing.map((one) =>
          bringUp({
            chosen: one,
            state,
            cacheDir,
            checkout: options.checkout,
            given,
            onProgress,
            readyWithinMs: options.readyWithinMs ?? 60_000,
            stop,
          }),
        ),
      );
      const started = new Map<PartName, ServingPart>();
      for (const [index, outcome] of settled.entries()) {
        const name = missing[index]?.part.name;
        if (name !== undefined && outcome.status === 'fulfilled') started.set(name, outcome.value);
      }
      const failed = settled.find((outcome) => outcome.status === 'rejected');
      if (failed !== undefined || stop.aborted) {
        await stopServers(state, [...started.keys()]);
        throw failed?.reason ?? startStopped();
      }
      const settings = settingsOf(state.servers().filter(([name]) => known.get(name) === undefined));
      state.publish(settings);
      const rows = chosen.map((one) => rowOf(one, state, started.get(one.part.name)));
      const stack = assemble(state, settings, rows, started);
      if (!options.tether) stack.keep();
      return stack;
    },
    {
      stop,
      onWait: (holder) => {
        for (const { part } of chosen) {
          onProgress({ part: part.name, step: 'wait', text: `process ${holder} is busy with this stack; waiting` });
        }
      },
    },
  );
}

/**
 * Stops the servers of a state folder (all of them, and first what was left running with them; or the named ones); their
 * data stays. Returns the names of those that were running, in that order. Idempotent.
 */
export async function stopStack(stateDir: string, parts: readonly PartName[] = partNames): Promise<readonly string[]> {
  const state = openState(stateDir, { create: false });
  const companions = parts.length === partNames.length ? await stopCompanions(stateDir) : [];
  if (state.servers().length === 0) {
    state.unpublish();
    return companions;
  }
  return [...companions, ...(await withLock(state.lockPath, () => stopServers(state, parts)))];
}

function adopt(state: StackState, companions: Readonly<Record<string, number>>): void {
  const found = Object.entries(companions).flatMap(([name, pid]) => {
    const identity = identify(pid);
    return identity === undefined ? [] : [[name, identity] as const];
  });
  if (found.length > 0) state.setCompanions({ ...state.companions(), ...Object.fromEntries(found) });
}

/** Ends the processes that were left running with a stack, and forgets them. Returns the names of those that still ran. */
export async function stopCompanions(stateDir: string): Promise<readonly string[]> {
  const state = openState(stateDir, { create: false });
  const companions = Object.entries(state.companions());
  if (companions.length === 0) return [];
  return await withLock(state.lockPath, async () => {
    const running = companions.filter(([, process]) => isRunning(process));
    // Longer than a worker's own drain may take.
    await Promise.all(running.map(([, process]) => endGroup(process, 60_000)));
    state.setCompanions({});
    return running.map(([name]) => name);
  });
}

async function stopServers(state: StackState, names: readonly PartName[]): Promise<readonly PartName[]> {
  const servers = state.servers().filter(([name]) => names.includes(name));
  const running = servers.filter(([, server]) => isRunning(server)).map(([name]) => name);
  // Readers of the file find no servers rather than dying ones.
  const left = state.servers().filter(([name]) => !names.includes(name));
  if (left.length === 0) state.unpublish();
  else state.publish(settingsOf(left));
  await Promise.all(servers.map(([, server]) => endGroup(server)));
  for (const [name] of servers) state.setServer(name, undefined);
  return running;
}

function settingsOf(servers: readonly (readonly [PartName, StartedServer])[]): Readonly<Record<string, string>> {
  return Object.fromEntries(servers.flatMap(([, server]) => Object.entries(server.settings)));
}

/** Servers of the state that run and serve. One that runs and does not serve, or is of another kind, is ended. */
async function findServing(
  wanted: readonly ChosenPart[],
  state: StackState,
  { given, cacheDir }: { readonly given: Variables; readonly cacheDir: string },
): Promise<ReadonlySet<PartName>> {
  const serving = new Set<PartName>();
  await Promise.all(
    wanted.map(async ({ part, kind }) => {
      const server = state.server(part.name);
      if (server === undefined) return;
      if (isRunning(server) && server.kind === kind) {
        const context = contextOf(server, state, { given, cacheDir, secrets: part.secrets });
        const healthy = await part.check(context).then(
          () => true,
          () => false,
        );
        if (healthy) {
          serving.add(part.name);
          return;
        }
      }
      await endGroup(server);
      state.setServer(part.name, undefined);
    }),
  );
  return serving;
}

function contextOf(
  server: StartedServer,
  state: StackState,
  {
    given,
    cacheDir,
    secrets,
  }: { readonly given: Variables; readonly cacheDir: string; readonly secrets: readonly string[] },
): PartContext {
  return {
    programs: { path: '', from: 'cache' },
    folder: state.partFolder(server.kind),
    logPath: server.logPath,
    ports: server.ports,
    secrets: state.secrets(server.kind, secrets),
    given,
    cacheDir,
    checkout: undefined,
    report: () => {},
  };
}

function rowOf({ part }: ChosenPart, state: StackState, started: ServingPart | undefined): StackPart {
  const server = state.server(part.name);
  const origin = started === undefined ? (server === undefined ? 'given' : 'reused') : 'started';
  return {
    name: part.name,
    origin,
    version: server?.version ?? '',
    ports: server?.ports ?? {},
    pid: server?.pid,
    logPath: server?.logPath,
    obtainMs: started?.obtainMs ?? 0,
    startMs: started?.startMs ?? 0,
  };
}

function assemble(
  state: StackState,
  settings: Readonly<Record<string, string>>,
  parts: readonly StackPart[],
  started: ReadonlyMap<PartName, ServingPart>,
): Stack {
  let kept = false;
  const stop = async (): Promise<void> => {
    if (kept || started.size === 0) return;
    await withLock(state.lockPath, () => stopServers(state, [...started.keys()]));
  };
  return {
    stateDir: state.folder,
    settings,
    parts,
    keep: (companions = {}) => {
      adopt(state, companions);
      if (kept) return;
      kept = true;
      for (const [name, { process }] of started) {
        process.release();
        const server = state.server(name);
        if (server !== undefined) state.setServer(name, { ...server, tethered: false });
      }
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
