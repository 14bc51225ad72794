import { userInfo } from 'node:os';
import { Command } from 'commander';
import { loadSettings } from '../../config/environment.ts';
import { controlOf } from '../dag-control.ts';
import { definitionOf } from '../dag-registry.ts';
import { standingOf, type DagStanding } from '../dags/dag-standing.ts';
import { noWorker } from '../no-worker.ts';
import { openTemporal } from '../temporal-client.ts';

interface Options {
  readonly note?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const words = {
  pause: 'let no run of a DAG begin, and stop its Schedule; what has begun goes on',
  unpause: 'let the runs of a DAG begin again, and start its Schedule',
} as const;

/** `tw dags pause` and `tw dags unpause`. A DAG that is so already is left so; its note is the new one. */
export function dagsPauseCommand(verb: keyof typeof words): Command {
  return new Command(verb)
    .description(words[verb])
    .argument('<dag-id>')
    .option('--note <text>', 'why, for people; by default who')
    .option('--dry-run', 'say what would change, and change nothing')
    .option('--json', 'print JSON')
    .action((dagId: string, options: Options) => setPaused(dagId, verb === 'pause', options));
}

async function setPaused(dagId: string, paused: boolean, options: Options): Promise<void> {
  const { note = `by ${userInfo().username}`, dryRun = false, json = false } = options;
  const definition = definitionOf(dagId);
  const settings = loadSettings(['temporal']);
  await using temporal = await openTemporal(settings.temporal);
  const control = controlOf(temporal.client, settings.taskQueue);
  const before = await standingOf(temporal.client, control, definition, settings.taskQueue);
  if (!dryRun) await control.setPaused(dagId, paused, note).catch(noWorker);
  const changes = before.isPaused !== paused || (before.schedule !== null && before.schedule.isPaused !== paused);
  if (json) {
    console.log(JSON.stringify({ dagId, isPaused: paused, wasPaused: before.isPaused, changed: changes && !dryRun }));
  } else console.log(`${sentence(dagId, paused, changes, dryRun)}${waitingText(before, paused)}`);
}

function sentence(dagId: string, paused: boolean, changes: boolean, dryRun: boolean): string {
  const state = paused ? 'paused' : 'not paused';
  if (!changes) return `${dagId} is ${state} already`;
  return dryRun ? `${dagId} would be ${state}` : `${dagId} is ${state}`;
}

/** What that means for the runs that there are. */
function waitingText({ activeRuns, queuedRuns }: DagStanding, paused: boolean): string {
  if (activeRuns === null || queuedRuns === null) return '';
  if (paused) return `; runs that go on: ${activeRuns}, that wait: ${queuedRuns}`;
  return queuedRuns === 0 ? '' : `; runs that waited: ${queuedRuns}`;
}
