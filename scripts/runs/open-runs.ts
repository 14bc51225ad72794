import { createRunLedger } from '../../activities/s3/run-ledger.ts';
import { createS3ObjectStore } from '../../activities/s3/s3-object-store.ts';
import type { ObjectStore } from '../../activities/shared/object-store.ts';
import type { RunLedger } from '../../activities/shared/run-ledger.ts';
import { loadSettings } from '../../config/environment.ts';
import type { Settings } from '../../config/settings.ts';
import { registeredDags } from '../dag-registry.ts';
import { CommandError } from '../failure.ts';
import { openTemporal, type TemporalClient } from '../temporal-client.ts';
import { answerAtMost, createRunReader, type RunReader } from './run-reader.ts';
import type { RunSummary } from './run-summary.ts';

/** The runs of the settings' namespace, closed with `await using`. */
export interface OpenRuns extends TemporalClient {
  readonly reader: RunReader;
  readonly ledger: RunLedger;
  readonly store: ObjectStore;
  readonly settings: Settings;
}

/** Opens what runs are read from, by default where the environment says. Throws CommandError when it is not there. */
export async function openRuns(settings: Settings = loadSettings(['temporal'])): Promise<OpenRuns> {
  const temporal = await openTemporal(settings.temporal);
  const dagIds = registeredDags().map(({ definition }) => definition.id);
  const store = createS3ObjectStore(settings.s3, { attempts: 2, connectMs: 2_000, idleMs: 5_000, answerMs: 5_000 });
  const ledger = createRunLedger(store);
  // Of a ledger that cannot be read each question would say so again.
  const said = new Set<string>();
  const warn = (sentence: string): void => {
    if (!said.has(sentence)) process.stderr.write(`${sentence}\n`);
    said.add(sentence);
  };
  return {
    ...temporal,
    settings,
    ledger,
    store,
    reader: createRunReader({ client: temporal.client, ledger, dagIds, warn }),
    [Symbol.asyncDispose]: async () => {
      store.close();
      await temporal[Symbol.asyncDispose]();
    },
  };
}

/** A run by its id. Throws CommandError, which names the newest ones, when there is none, and the way to its runs for a DAG. */
export async function runOf(reader: RunReader, runId: string): Promise<RunSummary> {
  const found = await reader.find(runId);
  if (found !== undefined) return found;
  if (registeredDags().some(({ definition }) => definition.id === runId))
    throw new CommandError(`${runId} is a DAG and no run: tw runs list --dag-id ${runId} names its runs`);
  const newest = (await reader.list({ limit: 5 })).map((run) => run.runId);
  throw new CommandError(
    `there is no run ${runId}; ${newest.length === 0 ? 'there is none yet' : `the newest are: ${newest.join(', ')}`}`,
  );
}

/** What to do where no worker told of a run's tasks. */
export function noAnswerText(runId: string): string {
  return `no worker answered for run ${runId} within ${answerAtMost / 1_000} s, so its tasks are not known: start one (tw worker), restart it if it does not know the DAG yet, or ask again`;
}
