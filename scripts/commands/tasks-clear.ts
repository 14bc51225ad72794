import { Command } from 'commander';
import { clearInstances, selectForClear, type ClearRequest } from '../../dag/clear.ts';
import { clearableDag } from '../../dag/clearable.ts';
import { isRefusal } from '../../dag/refusal.ts';
import { clearUpdate } from '../../workflows/engine/edits.ts';
import { controlOf } from '../dag-control.ts';
import { definitionOf } from '../dag-registry.ts';
import { dateOption } from '../date-option.ts';
import { CommandError } from '../failure.ts';
import { editsOf, makeEdits, tellRun, type EditOptions, type FoundEdits, type RunEdit } from '../runs/edit-runs.ts';
import { addressOf, markersOf, type EditableRun } from '../runs/editable-run.ts';
import { openRuns, type OpenRuns } from '../runs/open-runs.ts';
import { runsMeant, type RunsMeant } from '../runs/runs-to-edit.ts';
import type { RunSummary } from '../runs/run-summary.ts';

interface ClearOptions extends EditOptions, Omit<RunsMeant, 'runId'> {
  readonly taskId?: readonly string[];
  readonly upstream?: boolean;
  readonly downstream?: boolean;
  readonly onlyFailed?: boolean;
  readonly onlyRunning?: boolean;
}

/** `tw tasks clear`. */
export function tasksClearCommand(): Command {
  return new Command('clear')
    .description(
      'put tasks back to the start, so that they run again: of a run that is over as its next attempt, with what is kept of the others; one that runs is stopped first',
    )
    .argument('[run-id]')
    .option('-d, --dag-id <dag-id>', 'without a run: in all runs of the DAG, or in those between the dates')
    .option(
      '-s, --start-date <date>',
      'with a logical date from this one on, ISO 8601; UTC unless it says otherwise',
      dateOption,
    )
    .option('-e, --end-date <date>', 'with a logical date up to this one, itself included', dateOption)
    .option(
      '-t, --task-id <task-id...>',
      'these tasks, or of a mapped one the index with this number or label, as land[0] or land[geo], or groups for all that is in them; all tasks by default',
    )
    .option('-u, --upstream', 'and what is upstream of them')
    .option('--downstream', 'and what is downstream of them')
    .option('--past', 'in the runs before this one, too')
    .option('--future', 'in the runs after this one, too')
    .option('-f, --only-failed', 'only what failed, or did not run for that')
    .option('-r, --only-running', 'only what runs, and not what waits for something')
    .option('--dry-run', 'say what would be cleared, and clear nothing')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'print JSON')
    .action(clear);
}

async function clear(runId: string | undefined, options: ClearOptions): Promise<void> {
  if (options.onlyFailed && options.onlyRunning)
    throw new CommandError('choose one of --only-failed and --only-running');
  await using open = await openRuns();
  const find = async () => clearsOf(open, await runsMeant(open, { ...options, runId }), options);
  await makeEdits(find, { verb: 'clear', done: 'cleared' }, options);
}

/** What a clear does to each of the runs. Throws CommandError when it can be done to none. */
async function clearsOf(
  open: OpenRuns,
  runs: readonly [RunSummary, ...RunSummary[]],
  { taskId, upstream = false, downstream = false, onlyFailed = false, onlyRunning = false }: ClearOptions,
): Promise<FoundEdits> {
  const dag = clearableDag(definitionOf(runs[0].dagId));
  const within = { includeUpstream: upstream, includeDownstream: downstream, onlyFailed, onlyRunning };
  return editsOf(open, runs, (editable) => {
    const taskIds = taskId && markersOf(dag, editable, taskId);
    if (typeof taskIds === 'string') return taskIds;
    return clearOf(open, dag, editable, { ...within, ...(taskIds && { taskIds }) });
  });
}

function clearOf(
  open: OpenRuns,
  dag: ReturnType<typeof clearableDag>,
  { run, record, labels }: EditableRun,
  request: ClearRequest,
): RunEdit | string {
  const { runId } = run;
  const selected = selectForClear(dag, [run], { ...request, runId });
  if (isRefusal(selected)) return selected.message;
  const outcome = clearInstances(dag, [run], selected, request);
  if (isRefusal(outcome)) return outcome.message;
  const to = new Map(outcome.instances.map((one) => [addressOf(one), one.state]));
  const instances = selected.map(({ taskId, mapIndex, state: from }) => {
    const address = addressOf({ taskId, mapIndex });
    return { taskId, mapIndex, label: labels.get(address) ?? taskId, from, to: to.get(address) ?? 'none' };
  });
  return {
    runId,
    instances,
    act: async () => {
      if (record === undefined) {
        await tellRun(open.client, runId, clearUpdate, request);
        return 'goes on';
      }
      await controlOf(open.client, open.settings.taskQueue).rerun({ record, cleared: instances });
      return `goes on as attempt ${record.attempt + 1}`;
    },
  };
}
