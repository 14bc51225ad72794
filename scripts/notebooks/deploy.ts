import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { createDatabricks } from '../../activities/databricks/client.ts';
import type { Databricks } from '../../activities/databricks/port.ts';
import type { DatabricksWorkspace } from '../../config/databricks.ts';
import { checkoutFolder } from '../build-folder.ts';

/** First line of a notebook in source format: what has another one is a plain file. */
const sourceHead = '# Databricks notebook source';

/** What has to happen, or has happened, to a notebook of the workspace. */
export interface NotebookChange {
  /** In the workspace, without extension. */
  readonly path: string;
  readonly action: 'create' | 'update' | 'keep';
}

/** Where notebooks come from and go to. */
export interface DeployOrder {
  /** Folder of this machine. */
  readonly from: string;
  /** Folder of the workspace. */
  readonly to: string;
  /** Make it so; else only say. */
  readonly apply: boolean;
}

/**
 * Brings notebooks of a workspace in step with those of a folder: only what differs is written. Notebooks that the folder does not have
 * are left alone. Idempotent. Throws AdapterError.
 */
export async function deployNotebooks(
  databricks: Databricks,
  { from, to, apply }: DeployOrder,
  signal: AbortSignal,
): Promise<readonly NotebookChange[]> {
  const changes: NotebookChange[] = [];
  const folders = new Set<string>();
  for (const { name, content } of notebooksOf(from)) {
    const path = `${to.replace(/\/+$/, '')}/${name}`;
    const there = await databricks.exportNotebook(path, signal);
    const action = there === undefined ? 'create' : sameSource(there, content) ? 'keep' : 'update';
    changes.push({ path, action });
    if (!apply || action === 'keep') continue;
    const folder = path.slice(0, path.lastIndexOf('/'));
    if (!folders.has(folder)) await databricks.makeFolder(folder, signal);
    folders.add(folder);
    await databricks.importNotebook({ path, content }, signal);
  }
  return changes;
}

/** Brings the workspace's notebooks in step with those of this checkout. */
export async function deployCheckout(
  workspace: DatabricksWorkspace,
  order: Omit<DeployOrder, 'from'>,
  signal: AbortSignal,
): Promise<readonly NotebookChange[]> {
  const client = createDatabricks(workspace);
  try {
    return await deployNotebooks(client, { ...order, from: join(checkoutFolder(), 'notebooks') }, signal);
  } finally {
    client.close();
  }
}

interface SourceNotebook {
  /** Path below the folder, without extension. */
  readonly name: string;
  readonly content: string;
}

function notebooksOf(folder: string): readonly SourceNotebook[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.py'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({
      name: relative(folder, file).slice(0, -'.py'.length).split(sep).join('/'),
      content: readFileSync(file, 'utf8'),
    }))
    .filter(({ content }) => content.startsWith(sourceHead))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** A workspace gives a notebook back with line ends and an end of its own. */
function sameSource(one: string, other: string): boolean {
  const plain = (text: string): string => text.replaceAll('\r\n', '\n').trimEnd();
  return plain(one) === plain(other);
}
