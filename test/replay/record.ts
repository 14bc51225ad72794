import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { WorkflowHandle } from '@temporalio/client';

/** Folder of the recorded histories, by definition hash: an unchanged definition must replay, for ever. */
export const historiesFolder = join(__dirname, 'histories');

/** Whether this test run records new histories instead of only replaying those that there are. */
export const recording = Boolean(process.env['TW_TEST_RECORD']);

/** What was recorded: a DAG's definition, by its hash, in one case. */
export interface RecordPlace {
  readonly dagId: string;
  readonly hash: string;
  readonly name: string;
}

/** Whether there is a recording. It stays as it is: what an unchanged definition must replay is what it once did. */
export function isRecorded(place: RecordPlace, folder: string = historiesFolder): boolean {
  return existsSync(pathOf(place, folder));
}

/**
 * Keeps a run's history as `<dag>/<definition hash>/<case>.json`, with the workflow id that a replay needs. Throws when there
 * is one: a new one would hide that the engine, or the code of a `run`, does something else now.
 */
export async function keepHistory(
  handle: Pick<WorkflowHandle, 'workflowId' | 'fetchHistory'>,
  place: RecordPlace,
  folder: string = historiesFolder,
): Promise<void> {
  const path = pathOf(place, folder);
  if (isRecorded(place, folder)) {
    throw new Error(
      `${path} is there: its definition must go on replaying it. Remove it by hand if it is to be forgotten`,
    );
  }
  mkdirSync(dirname(path), { recursive: true });
  await keepHistoryAt(path, handle);
}

/** Keeps the history of a workflow in a file that must not be there yet. */
export async function keepHistoryAt(
  path: string,
  handle: Pick<WorkflowHandle, 'workflowId' | 'fetchHistory'>,
): Promise<void> {
  const history: unknown = JSON.parse(historyToJSON(await handle.fetchHistory()), anonymous);
  writeFileSync(path, `${JSON.stringify({ workflowId: handle.workflowId, history })}\n`, { flag: 'wx' });
}

function pathOf({ dagId, hash, name }: RecordPlace, folder: string): string {
  return join(folder, dagId, hash, `${name}.json`);
}

/** Leaves out which machine recorded, and where its files are: a replay does not ask. */
function anonymous(key: string, value: unknown): unknown {
  if (key === 'stackTrace') return '';
  // Workers and their sticky queues are named `pid@host`.
  return typeof value === 'string' && /^\d+@/.test(value) ? 'recorder' : value;
}
