import type { PartName } from './part-name.ts';
import type { Platform } from './platform.ts';
import type { Prerequisite } from './prerequisites.ts';
import type { ReportStep } from './progress.ts';

/** Variables as `.env` files have them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** A library that a fetched program loads from where its package manager puts it. */
export interface Library {
  readonly path: string;
  /** The package that brings it, as Homebrew names it. */
  readonly formula: string;
}

/** What obtaining a part costs on this machine. */
export interface Recipe {
  /** Name of the folder in the cache; says version, and whatever else decides the content. */
  readonly cacheKey: string;
  /** Bytes that the package registries send. */
  readonly downloadBytes: number;
  /** Bytes that the part takes on disk: in our cache, and the jars that Maven keeps in its own. */
  readonly diskBytes: number;
  /** Needed for fetching. */
  readonly fetchWith: readonly Prerequisite[];
  /** Files of other packages that what is fetched is linked to by their full path. */
  readonly libraries?: readonly Library[];
  /** Makes the part in an empty folder, everything checked by hash. The folder is moved to its place afterwards. */
  readonly fetch: (folder: string, report: ReportStep) => Promise<void>;
}

/** Where a part's programs are. */
export interface Programs {
  /** Folder in the cache, or the program found on PATH. */
  readonly path: string;
  readonly from: 'path' | 'cache';
}

/** What a part is started with. */
export interface PartContext {
  readonly programs: Programs;
  /** Folder of the part in the state: its data survives restarts. */
  readonly folder: string;
  /** Its log of this start. */
  readonly logPath: string;
  /** 127.0.0.1 ports, by the names of {@link Part.ports}. */
  readonly ports: Readonly<Record<string, number>>;
  /** Random secrets of this state, by the names of {@link Part.secrets}. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Settings that the user gave. */
  readonly given: Variables;
  readonly cacheDir: string;
  /** Folder of the checkout, for a part that is a program of ours; `undefined` when the caller did not say. */
  readonly checkout: string | undefined;
  /** Tells people of work that takes long. */
  readonly report: (text: string) => void;
}

/** A server as it is run. Secrets go through `environment` or files, never through `args`. */
interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
}

/** One server of the stack: how it is found, fetched, started and asked for its health. */
export interface Part {
  readonly name: PartName;
  /** What a person calls it. */
  readonly title: string;
  readonly version: string;
  /** Settings that say where the managed service is; when one of them is given, the part is not started. */
  readonly addressSettings: readonly string[];
  /** Ports by purpose, with the number to prefer. */
  readonly ports: Readonly<Record<string, number>>;
  /** Names of the random secrets that the state keeps for it. */
  readonly secrets: readonly string[];
  /** Needed for running it, wherever its programs come from. */
  readonly runWith: readonly Prerequisite[];
  /** Its program on PATH, when that is of a version that we tried. */
  readonly onPath: () => Promise<string | undefined>;
  /** How to obtain it here. Throws StackError where there is no recipe. */
  readonly recipe: (platform: Platform) => Promise<Recipe>;
  /** Makes its data folder when there is none, and says how to run it. */
  readonly launch: (context: PartContext) => Promise<Launch>;
  /** Resolves when it serves; throws anything while it does not. Makes what clients rely on (buckets), idempotent. */
  readonly check: (context: PartContext) => Promise<void>;
  /** Settings that lead to it. */
  readonly settings: (context: PartContext) => Readonly<Record<string, string>>;
}
