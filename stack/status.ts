import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { logFile } from './server.ts';
import { chooseParts, s3Servers } from './parts.ts';
import { partNames, usualPartNames, type PartName } from './part-name.ts';
import { isRunning } from './process-identity.ts';
import { openState } from './state.ts';

/** One server as the state and the system tell. Holds no secret. */
export interface ServerStatus {
  readonly name: PartName;
  readonly state: 'running' | 'dead' | 'down';
  readonly version: string;
  readonly pid: number | undefined;
  readonly ports: Readonly<Record<string, number>>;
  readonly logPath: string | undefined;
  /** Ends with the process that started it. */
  readonly tethered: boolean;
}

/**
 * The servers of a state folder: the usual ones, and another one that was started. `dead`: started, not stopped, and gone.
 */
export function stackStatus(stateDir: string): readonly ServerStatus[] {
  const state = openState(stateDir, { create: false });
  const usual: ReadonlySet<string> = new Set(usualPartNames);
  return partNames.flatMap((name) => {
    const server = state.server(name);
    if (server === undefined && !usual.has(name)) return [];
    return {
      name,
      state: server === undefined ? 'down' : isRunning(server) ? 'running' : 'dead',
      version: server?.version ?? '',
      pid: server?.pid,
      ports: server?.ports ?? {},
      logPath: server?.logPath,
      tethered: server?.tethered ?? false,
    };
  });
}

/** The processes that were left running with the servers (a worker), and run. They end when the servers are stopped. */
export function companionStatus(stateDir: string): readonly { readonly name: string; readonly pid: number }[] {
  return Object.entries(openState(stateDir, { create: false }).companions())
    .filter(([, process]) => isRunning(process))
    .map(([name, { pid }]) => ({ name, pid }));
}

/** The log of a part's last start, also after it was stopped; `undefined` when it was never started here. */
export function newestLog(stateDir: string, name: PartName): string | undefined {
  return s3Servers
    .flatMap((s3) => chooseParts([name], s3))
    .map(({ kind }) => join(stateDir, kind, logFile))
    .filter((path) => existsSync(path))
    .toSorted((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs)[0];
}
