import { Argument, Command } from 'commander';
import { clearableDag } from '../../dag/clearable.ts';
import { markableStates, selectForMark, type MarkableState } from '../../dag/mark.ts';
import { isRefusal } from '../../dag/refusal.ts';
import type { TaskState } from '../../dag/states.ts';
import { markUpdate } from '../../workflows/engine/edits.ts';
import { controlOf } from '../dag-control.ts';
import { definitionOf } from '../dag-registry.ts';
import { editsOf, makeEdits, tellRun, type EditOptions, type FoundEdits } from '../runs/edit-runs.ts';
import { addressOf, markersOf } from '../runs/editable-run.ts';
import { openRuns, type OpenRuns } from '../runs/open-runs.ts';
import { runsMeant } from '../runs/runs-to-edit.ts';
import type { RunSummary } from '../runs/run-summary.ts';

interface MarkOptions extends EditOptions {
  readonly upstream?: boolean;
  readonly downstream?: boolean;
  readonly past?: boolean;
  readonly future?: boolean;
}

/** `tw tasks mark`. */
export function tasksMarkCommand(): Command {
  return new Command('mark')
    .description(
      'give a task a state by hand, and have what failed below it decided anew; one that runs is stopped first, and a run that is over goes on as its next attempt',
    )
    .argument('<run-id>')
    .argument(
      '<task-id>',
      'a task, or of a mapped one the index with this number or label, as land[0] or land[geo], or a group for all that is in it',
    )
    .addArgument(new Argument('<state>').choices(markableStates))
    .option('-u, --upstream', 'and what is upstream of it')
    .option('--downstream', 'and what is downstream of it')
    .option('--past', 'in the runs before this one, too')
    .option('--future', 'in the runs after this one, too')
    .option('--dry-run', 'say what would be marked, and mark nothing')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'print JSON')
    .action(mark);
}

async function mark(runId: string, taskId: string, state: MarkableState, options: MarkOptions): Promise<void> {
  await using open = await openRuns();
  const find = async () => marksOf(open, await runsMeant(open, { ...options, runId }), taskId, state, options);
  await makeEdits(find, { verb: 'mark', done: 'marked' }, options);
}

/** What a mark does to each of the runs. Throws CommandError when it can be done to none. */
async function marksOf(
  open: OpenRuns,
  runs: readonly [RunSummary, ...RunSummary[]],
  taskId: string,
  state: MarkableState,
  { upstream: includeUpstream = false, downstream: includeDownstream = false }: MarkOptions,
): Promise<FoundEdits> {
  const dag = clearableDag(definitionOf(runs[0].dagId));
  return editsOf(open, runs, (editable) => {
    const { run, record, labels } = editable;
    const taskIds = markersOf(dag, editable, [taskId]);
    if (typeof taskIds === 'string') return taskIds;
    const request = { taskIds, state, includeUpstream, includeDownstream };
    const outcome = selectForMark(dag, run, request);
    if (isRefusal(outcome)) return outcome.message;
    const { marked, cleared } = outcome;
    const row = (one: (typeof marked)[number], to: TaskState) => ({
      taskId: one.taskId,
      mapIndex: one.mapIndex,
      label: labels.get(addressOf(one)) ?? one.taskId,
      from: one.state,
      to,
    });
    return {
      runId: run.runId,
      instances: [...marked.map((one) => row(one, state)), ...cleared.map((one) => row(one, 'none'))],
      act: async () => {
        if (record === undefined) {
          await tellRun(open.client, run.runId, markUpdate, request);
          return 'goes on';
        }
        await controlOf(open.client, open.settings.taskQueue).rerun({
          record,
          cleared,
          marked: marked.map((one) => ({ taskId: one.taskId, mapIndex: one.mapIndex, state })),
        });
        return `goes on as attempt ${record.attempt + 1}`;
      },
    };
  });
}
