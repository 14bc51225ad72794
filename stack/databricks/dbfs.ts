import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { randomInt } from 'node:crypto';
import { dirname, join } from 'node:path';
import { alreadyExists, ApiError, doesNotExist, invalidParameter } from './api-error.ts';
import { cleanPath, placeOf } from './safe-path.ts';

/** A file or folder, as the API has it. */
export interface DbfsFile {
  readonly path: string;
  readonly is_dir: boolean;
  readonly file_size: number;
  readonly modification_time: number;
}

/** DBFS: real files in a folder. Throws {@link ApiError}. Paths may begin with `dbfs:`. */
export interface Dbfs {
  readonly status: (path: string) => DbfsFile;
  readonly list: (path: string) => readonly DbfsFile[];
  readonly read: (path: string, offset: number, length: number) => Buffer;
  readonly put: (path: string, content: Buffer, overwrite: boolean) => void;
  readonly mkdirs: (path: string) => void;
  readonly move: (from: string, to: string) => void;
  readonly remove: (path: string, recursive: boolean) => void;
  /** Begins a file that comes in blocks; it is there once it is closed. Handles do not outlive the server. */
  readonly create: (path: string, overwrite: boolean) => number;
  readonly addBlock: (handle: number, data: Buffer) => void;
  readonly close: (handle: number) => void;
}

/** Bytes that a read, a block or a put may have. */
const maxBytes = 1_048_576;

/** Opens DBFS in a folder; makes it. */
export function openDbfs(folder: string): Dbfs {
  const root = join(folder, 'dbfs');
  const drafts = join(folder, 'dbfs-uploads');
  for (const one of [join(root, 'FileStore'), join(root, 'tmp')]) mkdirSync(one, { recursive: true });
  rmSync(drafts, { recursive: true, force: true });
  mkdirSync(drafts);
  const open = new Map<number, { readonly path: string; readonly draft: string; readonly file: number }>();
  const clean = (path: string): string => cleanPath(path.replace(/^dbfs:/, ''));

  const describe = (path: string): DbfsFile => {
    const found = statSync(placeOf(root, path), { throwIfNoEntry: false });
    if (found === undefined) throw doesNotExist(`No file or directory exists on path ${path}.`);
    const isDir = found.isDirectory();
    return { path, is_dir: isDir, file_size: isDir ? 0 : found.size, modification_time: Math.round(found.mtimeMs) };
  };
  /** Place of a file that may be written; its folders are made. */
  const placeForFile = (path: string, overwrite: boolean): string => {
    const place = placeOf(root, path);
    const old = statSync(place, { throwIfNoEntry: false });
    if (old !== undefined && (old.isDirectory() || !overwrite)) {
      throw alreadyExists(`A file or directory already exists at the input path ${path}.`);
    }
    makeFolder(dirname(place), dirname(path));
    return place;
  };
  const opened = (handle: number): { readonly path: string; readonly draft: string; readonly file: number } => {
    const found = open.get(handle);
    if (found === undefined) throw doesNotExist(`No handle with id ${handle} exists.`);
    return found;
  };
  const checkSize = (bytes: number, code: string): void => {
    if (bytes > maxBytes)
      throw new ApiError(400, code, `The size of ${bytes} bytes exceeds the limit of ${maxBytes} bytes.`);
  };

  return {
    status: (path) => describe(clean(path)),
    list: (given) => {
      const path = clean(given);
      const file = describe(path);
      if (!file.is_dir) return [file];
      return readdirSync(placeOf(root, path), { withFileTypes: true })
        .filter((entry) => !entry.isSymbolicLink())
        .map(({ name }) => describe(clean(`${path}/${name}`)))
        .toSorted((one, other) => (one.path < other.path ? -1 : 1));
    },
    read: (given, offset, length) => {
      checkSize(length, 'MAX_READ_SIZE_EXCEEDED');
      const path = clean(given);
      if (describe(path).is_dir) throw invalidParameter(`Cannot read from a directory: ${path}`);
      const buffer = Buffer.alloc(length);
      const file = openSync(placeOf(root, path), 'r');
      try {
        return buffer.subarray(0, readSync(file, buffer, 0, length, offset));
      } finally {
        closeSync(file);
      }
    },
    put: (given, content, overwrite) => {
      checkSize(content.length, 'MAX_BLOCK_SIZE_EXCEEDED');
      const place = placeForFile(clean(given), overwrite);
      const draft = join(drafts, `put-${randomInt(2 ** 47)}`);
      writeFileSync(draft, content);
      renameSync(draft, place);
    },
    mkdirs: (given) => {
      const path = clean(given);
      makeFolder(placeOf(root, path), path);
    },
    move: (from, to) => {
      const source = describe(clean(from)).path;
      const target = clean(to);
      if (existsSync(placeOf(root, target))) {
        throw alreadyExists(`A file or directory already exists at the input path ${target}.`);
      }
      if (!existsSync(dirname(placeOf(root, target))))
        throw doesNotExist(`No file or directory exists on path ${dirname(target)}.`);
      if (`${target}/`.startsWith(`${source}/`)) throw invalidParameter(`Cannot move ${source} into itself.`);
      renameSync(placeOf(root, source), placeOf(root, target));
    },
    remove: (given, recursive) => {
      const path = clean(given);
      const place = placeOf(root, path);
      // Deleting what is not there is no error, as in Hadoop's file systems.
      if (!existsSync(place)) return;
      if (path === '/') throw invalidParameter('The root directory can not be deleted.');
      if (!recursive && describe(path).is_dir && readdirSync(place).length > 0) {
        throw new ApiError(400, 'IO_ERROR', `The directory ${path} is not empty and recursive is false.`);
      }
      rmSync(place, { recursive: true });
    },
    create: (given, overwrite) => {
      const path = clean(given);
      placeForFile(path, overwrite);
      const handle = randomInt(2 ** 47);
      const draft = join(drafts, String(handle));
      open.set(handle, { path, draft, file: openSync(draft, 'w') });
      return handle;
    },
    addBlock: (handle, data) => {
      checkSize(data.length, 'MAX_BLOCK_SIZE_EXCEEDED');
      writeSync(opened(handle).file, data);
    },
    close: (handle) => {
      const { path, draft, file } = opened(handle);
      open.delete(handle);
      closeSync(file);
      renameSync(draft, placeForFile(path, true));
    },
  };
}

function makeFolder(place: string, path: string): void {
  try {
    mkdirSync(place, { recursive: true });
  } catch {
    throw alreadyExists(`A file already exists on the way to ${path}.`);
  }
}
