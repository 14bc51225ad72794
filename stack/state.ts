import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { stackSettingsFile } from '../config/environment.ts';
import { partNames, type PartName } from './part-name.ts';
import { processIdentitySchema, type ProcessIdentity } from './process-identity.ts';
import { StackError } from './stack-error.ts';

/** The file by which a folder is known as the state of a stack. */
export const stateFile = 'stack.json';

const texts = z.record(z.string(), z.string());
const portsSchema = z.record(z.string(), z.number().int());

const serverSchema = processIdentitySchema.extend({
  ports: portsSchema,
  /** Version and origin, for people: `4.3.1 (cache)`. */
  version: z.string(),
  /** Which of the servers that can be this part: `s3-ministack`. */
  kind: z.string(),
  logPath: z.string(),
  /** Settings that lead to it; holds secrets. */
  settings: texts,
  /** Whether it ends with the process that started it. */
  tethered: z.boolean(),
});

/** A server that was started and not stopped, as the state remembers it. */
export type StartedServer = Readonly<z.output<typeof serverSchema>>;

const recordSchema = z.object({
  servers: z.partialRecord(z.enum(partNames), serverSchema),
  /** Ports of the last start, asked for again at the next. */
  ports: z.record(z.string(), portsSchema),
  /** Random secrets, made at the first start. */
  secrets: z.record(z.string(), texts),
  /** Processes that use the servers and are to end with them, by a name for people. */
  companions: z.record(z.string(), processIdentitySchema).default({}),
});

type StateRecord = z.output<typeof recordSchema>;

const nothing: StateRecord = { companions: {}, servers: {}, ports: {}, secrets: {} };

/**
 * The state folder of one stack: what runs, on which ports, with which secrets. Every change is on disk before the method
 * returns. Only the holder of the lock ({@link StackState.lockPath}) may change it; anybody may read.
 */
export interface StackState {
  readonly folder: string;
  readonly lockPath: string;
  readonly settingsPath: string;
  server(part: PartName): StartedServer | undefined;
  servers(): readonly (readonly [PartName, StartedServer])[];
  setServer(part: PartName, server: StartedServer | undefined): void;
  /** Processes that use the servers and end when those are stopped. */
  companions(): Readonly<Record<string, ProcessIdentity>>;
  setCompanions(companions: Readonly<Record<string, ProcessIdentity>>): void;
  ports(kind: string): Readonly<Record<string, number>>;
  setPorts(kind: string, ports: Readonly<Record<string, number>>): void;
  /** The named secrets of a server, made when they are asked for first. */
  secrets(kind: string, names: readonly string[]): Readonly<Record<string, string>>;
  /** Folder of a part, made when it is not there. */
  partFolder(kind: string): string;
  /** Writes the file that leads other commands to the servers. */
  publish(settings: Readonly<Record<string, string>>): void;
  unpublish(): void;
}

/** Opens a state folder; makes it, closed to other users, unless `create` is false. */
export function openState(stateDir: string, { create = true } = {}): StackState {
  const folder = resolve(stateDir);
  const recordPath = join(folder, stateFile);
  const settingsPath = join(folder, stackSettingsFile);
  if (create) mkdirSync(folder, { recursive: true, mode: 0o700 });

  const read = (): StateRecord => {
    if (!existsSync(recordPath)) return nothing;
    try {
      return recordSchema.parse(JSON.parse(readFileSync(recordPath, 'utf8')));
    } catch (error) {
      throw new StackError(`${recordPath} cannot be read: end what runs from it and remove ${folder}`, {
        cause: error,
      });
    }
  };
  const change = (edit: (record: StateRecord) => StateRecord): void => {
    writePrivately(recordPath, `${JSON.stringify(edit(read()), undefined, 2)}\n`);
  };

  return {
    folder,
    lockPath: join(folder, 'stack.lock'),
    settingsPath,
    server: (part) => read().servers[part],
    servers: () => {
      const { servers } = read();
      return partNames.flatMap((name) => {
        const server = servers[name];
        return server === undefined ? [] : [[name, server] as const];
      });
    },
    setServer: (part, server) => {
      change((record) => {
        const { [part]: _, ...others } = record.servers;
        return { ...record, servers: server === undefined ? others : { ...others, [part]: server } };
      });
    },
    companions: () => read().companions,
    setCompanions: (companions) => {
      change((record) => ({ ...record, companions }));
    },
    ports: (kind) => read().ports[kind] ?? {},
    setPorts: (kind, ports) => {
      change((record) => ({ ...record, ports: { ...record.ports, [kind]: ports } }));
    },
    secrets: (kind, names) => {
      const known = read().secrets[kind] ?? {};
      const missing = names.filter((name) => known[name] === undefined);
      if (missing.length === 0) return known;
      const made = Object.fromEntries(missing.map((name) => [name, randomBytes(20).toString('hex')]));
      change((record) => ({ ...record, secrets: { ...record.secrets, [kind]: { ...known, ...made } } }));
      return { ...known, ...made };
    },
    partFolder: (kind) => {
      const path = join(folder, kind);
      mkdirSync(path, { recursive: true, mode: 0o700 });
      return path;
    },
    publish: (settings) => {
      const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
      writePrivately(settingsPath, `# Servers of the local stack; removed when it goes down.\n${lines.join('')}`);
    },
    unpublish: () => {
      rmSync(settingsPath, { force: true });
    },
  };
}

/** Writes a file that only its owner can read, all of it or nothing. */
export function writePrivately(path: string, text: string): void {
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync(draft, text, { mode: 0o600 });
  chmodSync(draft, 0o600);
  renameSync(draft, path);
}
