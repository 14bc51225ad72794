import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { alreadyExists, ApiError, doesNotExist, invalidParameter } from './api-error.ts';
import { isNotebookSource, jupyterCells, languages, type Language } from './notebook-format.ts';
import { cleanPath, placeOf } from './safe-path.ts';

const noteSchema = z.object({
  objectType: z.enum(['NOTEBOOK', 'FILE']),
  language: z.enum(languages).optional(),
  createdAt: z.number(),
});

/** What a file cannot say of itself. */
type Note = Readonly<z.output<typeof noteSchema>>;

/** An object of the workspace, as the API has it. */
export interface WorkspaceObject {
  readonly path: string;
  readonly object_type: 'NOTEBOOK' | 'FILE' | 'DIRECTORY';
  readonly object_id: number;
  readonly resource_id: string;
  readonly language?: Language | undefined;
  readonly created_at?: number;
  readonly modified_at?: number;
  readonly size?: number;
}

/** What is put into the workspace. */
export interface NewObject {
  readonly content: Buffer;
  readonly objectType: 'NOTEBOOK' | 'FILE';
  readonly language?: Language | undefined;
  readonly overwrite: boolean;
}

/**
 * The workspace: real files in a folder, so that Python reads them as they are, a notebook without extension as Databricks
 * names it. What a file cannot say lies beside it in a second tree. Throws {@link ApiError}.
 */
export interface Workspace {
  readonly put: (path: string, object: NewObject) => void;
  readonly status: (path: string) => WorkspaceObject;
  readonly list: (path: string) => readonly WorkspaceObject[];
  readonly read: (path: string) => { readonly object: WorkspaceObject; readonly content: Buffer };
  readonly mkdirs: (path: string) => void;
  readonly remove: (path: string, recursive: boolean) => void;
  /** File of a notebook; `undefined` when there is none. Never throws. */
  readonly findNotebook: (path: string) => string | undefined;
}

/** Longest notebook that the API takes. */
export const maxContentBytes = 10_485_760;

/** Opens the workspace of a state folder; makes it, with the folders that every workspace has. */
export function openWorkspace(folder: string, userName: string): Workspace {
  const root = join(folder, 'workspace');
  const notes = join(folder, 'workspace-notes');
  for (const path of ['/Shared', '/Repos', `/Users/${userName}`]) mkdirSync(join(root, path), { recursive: true });
  mkdirSync(notes, { recursive: true });

  /** `/Workspace/Users/ada` and `/Users/ada` are one place. */
  const clean = (path: string): string => cleanPath(cleanPath(path).replace(/^\/Workspace(?=\/|$)/, '') || '/');
  const notePlace = (path: string): string => join(notes, `${createHash('sha256').update(path).digest('hex')}.json`);

  const noteOf = (path: string, place: string): Note => {
    const file = notePlace(path);
    if (existsSync(file)) return noteSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    // Somebody else put it there, a notebook perhaps: it says itself what it is.
    const text = readFileSync(place, 'utf8');
    const notebook = isNotebookSource(text) || jupyterCells(text) !== undefined;
    const createdAt = statSync(place).mtimeMs;
    return notebook ? { objectType: 'NOTEBOOK', language: 'PYTHON', createdAt } : { objectType: 'FILE', createdAt };
  };

  const objectAt = (path: string): WorkspaceObject => {
    const place = placeOf(root, path);
    const found = statSync(place, { throwIfNoEntry: false });
    if (found === undefined) throw doesNotExist(`Path (${path}) doesn't exist.`);
    const id = idOf(path);
    const base = { path, object_id: id, resource_id: String(id) };
    if (found.isDirectory()) return { ...base, object_type: 'DIRECTORY' };
    const { objectType, language, createdAt } = noteOf(path, place);
    return {
      ...base,
      object_type: objectType,
      ...(language === undefined ? {} : { language }),
      created_at: Math.round(createdAt),
      modified_at: Math.round(found.mtimeMs),
      size: found.size,
    };
  };

  return {
    put: (given, { content, objectType, language, overwrite }) => {
      const path = clean(given);
      if (content.length > maxContentBytes) {
        throw new ApiError(400, 'MAX_NOTEBOOK_SIZE_EXCEEDED', `The notebook is larger than ${maxContentBytes} bytes.`);
      }
      const place = placeOf(root, path);
      const parent = dirname(path);
      if (!statSync(dirname(place), { throwIfNoEntry: false })?.isDirectory()) {
        throw doesNotExist(`The parent folder (${parent}) does not exist.`);
      }
      const old = statSync(place, { throwIfNoEntry: false });
      if (old?.isDirectory()) throw alreadyExists(`Path (${path}) already exists and is a folder.`);
      if (old !== undefined && !overwrite) throw alreadyExists(`Path (${path}) already exists.`);
      const kind = old === undefined ? undefined : noteOf(path, place).objectType;
      if (kind !== undefined && kind !== objectType) {
        throw invalidParameter(
          `Cannot overwrite the asset at ${path} due to type mismatch (asked: ${objectType}, actual: ${kind}).`,
        );
      }
      const createdAt = old === undefined ? Date.now() : noteOf(path, place).createdAt;
      // The content first: a notebook that has no note yet says itself what it is.
      replaceFile(place, content);
      replaceFile(notePlace(path), JSON.stringify({ objectType, language, createdAt }));
    },
    status: (path) => objectAt(clean(path)),
    list: (given) => {
      const path = clean(given);
      const object = objectAt(path);
      if (object.object_type !== 'DIRECTORY') return [object];
      return readdirSync(placeOf(root, path), { withFileTypes: true })
        .filter((entry) => !entry.isSymbolicLink() && !entry.name.endsWith(draftEnding))
        .map(({ name }) => objectAt(clean(`${path}/${name}`)))
        .toSorted((one, other) => (one.path < other.path ? -1 : 1));
    },
    read: (given) => {
      const path = clean(given);
      const object = objectAt(path);
      if (object.object_type === 'DIRECTORY') throw invalidParameter(`Path (${path}) is a folder.`);
      return { object, content: readFileSync(placeOf(root, path)) };
    },
    mkdirs: (given) => {
      const path = clean(given);
      const parts = path.split('/').slice(1);
      for (const end of parts.keys()) {
        const above = `/${parts.slice(0, end + 1).join('/')}`;
        const found = statSync(placeOf(root, above), { throwIfNoEntry: false });
        if (found !== undefined && !found.isDirectory())
          throw alreadyExists(`Path (${above}) already exists and is no folder.`);
      }
      mkdirSync(placeOf(root, path), { recursive: true });
    },
    remove: (given, recursive) => {
      const path = clean(given);
      const object = objectAt(path);
      if (path === '/') throw invalidParameter('Folder (/) is protected');
      const place = placeOf(root, path);
      if (object.object_type === 'DIRECTORY' && !recursive && readdirSync(place).length > 0) {
        throw new ApiError(400, 'DIRECTORY_NOT_EMPTY', `Folder (${path}) is not empty`);
      }
      const files =
        object.object_type === 'DIRECTORY'
          ? readdirSync(place, { recursive: true, encoding: 'utf8' }).map((name) => `${path}/${name}`)
          : [path];
      rmSync(place, { recursive: true });
      for (const file of files) rmSync(notePlace(file), { force: true });
    },
    findNotebook: (given) => {
      try {
        const path = clean(given);
        return objectAt(path).object_type === 'NOTEBOOK' ? placeOf(root, path) : undefined;
      } catch {
        return undefined;
      }
    },
  };
}

const draftEnding = '.tradewind-draft';

/** All of it or nothing. */
function replaceFile(place: string, content: Buffer | string): void {
  const draft = `${place}${draftEnding}`;
  writeFileSync(draft, content);
  renameSync(draft, place);
}

/** An id of a path, the same each time: objects of the workspace have no other life than their path here. */
function idOf(path: string): number {
  return createHash('sha256').update(path).digest().readUIntBE(0, 6);
}
