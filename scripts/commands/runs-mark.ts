import { Argument, Command } from 'commander';
import { clearableDag, clearableRecord } from '../../dag/clearable.ts';
import { selectForMark } from '../../dag/mark.ts';
import { isRefusal } from '../../dag/refusal.ts';
import { markRunUpdate } from '../../workflows/engine/edits.ts';
import { controlOf } from '../dag-control.ts';
import { definitionOf } from '../dag-registry.ts';
import { CommandError } from '../failure.ts';
import { tellRun } from '../runs/edit-runs.ts';
import { noRecordText } from '../runs/editable-run.ts';
import { openRuns, runOf, type OpenRuns } from '../runs/open-runs.ts';
import type { RunSummary } from '../runs/run-summary.ts';

const states = ['success', 'failed'] as const;

type RunEnd = (typeof states)[number];

interface Options {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `tw runs mark`. */
export function runsMarkCommand(): Command {
  return new Command('mark')
    .description(
      'give a run a state by hand: as success, all of its tasks have succeeded; as failed, what runs fails, the rest is skipped, and teardowns still run',
    )
    .argument('<run-id>')
    .addArgument(new Argument('<state>').choices(states))
    .option('--dry-run', 'say what would change, and change nothing')
    .option('--json', 'print JSON')
    .action(mark);
}

async function mark(runId: string, state: RunEnd, { dryRun = false, json = false }: Options): Promise<void> {
  await using open = await openRuns();
  const run = await runOf(open.reader, runId);
  if (run.state === state) throw new CommandError(`run ${runId} is ${state} already: nothing has changed`);
  const outcome = run.end === null ? 'ends' : await markEnded(open, run, state, dryRun);
  if (run.end === null && !dryRun) await tellRun(open.client, runId, markRunUpdate, { state });
  const words = dryRun ? `would be marked as ${state}` : `is marked as ${state}, and ${outcome}`;
  console.log(
    json
      ? JSON.stringify({ dagId: run.dagId, runId, from: run.state, to: state, dryRun })
      : `${runId}, which was ${run.state}, ${words}`,
  );
}

/** A run that is over takes its new state as its next attempt, in which nothing runs. */
async function markEnded(
  open: OpenRuns,
  { dagId, runId }: RunSummary,
  state: RunEnd,
  dryRun: boolean,
): Promise<string> {
  const record = await open.ledger.read({ dagId, runId });
  if (record === undefined) throw new CommandError(noRecordText(runId));
  const outcome = selectForMark(clearableDag(definitionOf(dagId)), clearableRecord(record), { state });
  if (isRefusal(outcome)) throw new CommandError(outcome.message);
  const change =
    state === 'failed'
      ? { failed: true }
      : { marked: outcome.marked.map(({ taskId, mapIndex }) => ({ taskId, mapIndex, state })) };
  if (!dryRun) {
    await controlOf(open.client, open.settings.taskQueue).rerun({ record, cleared: [], ...change });
  }
  return `ends so as attempt ${record.attempt + 1}`;
}
