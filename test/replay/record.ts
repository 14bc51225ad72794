import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { WorkflowHandle } from '@temporalio/client';

/** Folder of the recorded histories, by definition hash: an unchanged definition must replay, for ever. */
export const historiesFolder = join(__dirname, 'histories');

/** Whether this test run records new histories instead of only replaying those that there are. */
export const recording = Boolean(process.env['TW_TEST_RECORD']);

/** Keeps a run's history as `<dag>/<definition hash>/<case>.json`, with the workflow id that a replay needs. */
export async function keepHistory(
  handle: WorkflowHandle,
  place: { readonly dagId: string; readonly hash: string; readonly name: string },
): Promise<void> {
  const folder = join(historiesFolder, place.dagId, place.hash);
  mkdirSync(folder, { recursive: true });
  const history: unknown = JSON.parse(historyToJSON(await handle.fetchHistory()), anonymous);
  writeFileSync(join(folder, `${place.name}.json`), `${JSON.stringify({ workflowId: handle.workflowId, history })}\n`);
}

/** Leaves out which machine recorded, and where its files are: a replay does not ask. */
function anonymous(key: string, value: unknown): unknown {
  if (key === 'stackTrace') return '';
  // Workers and their sticky queues are named `pid@host`.
  return typeof value === 'string' && /^\d+@/.test(value) ? 'recorder' : value;
}
