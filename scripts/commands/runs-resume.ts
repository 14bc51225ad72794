import { Command } from 'commander';
import { resumable } from '../../dag/clearable.ts';
import { controlOf } from '../dag-control.ts';
import { definitionOf } from '../dag-registry.ts';
import { CommandError } from '../failure.ts';
import { editsOf, makeEdits, type EditOptions } from '../runs/edit-runs.ts';
import { addressOf } from '../runs/editable-run.ts';
import { openRuns, runOf } from '../runs/open-runs.ts';

/** `tw runs resume`. */
export function runsResumeCommand(): Command {
  return new Command('resume')
    .description(
      'have a run that failed, or was cancelled, go on from there: what failed, and what did not run for that, runs again under the same id; the results of all else are kept',
    )
    .argument('<run-id>')
    .option('--dry-run', 'say what would run again, and change nothing')
    .option('--json', 'print JSON')
    .action(resume);
}

async function resume(runId: string, options: EditOptions): Promise<void> {
  await using open = await openRuns();
  const run = await runOf(open.reader, runId);
  definitionOf(run.dagId);
  const other = `tw tasks clear ${runId} has tasks of it run again`;
  if (run.end === null)
    throw new CommandError(`run ${runId} is not over (${run.state}): there is nothing to resume; ${other}`);
  if (run.state === 'success')
    throw new CommandError(`run ${runId} has succeeded: there is nothing to resume; ${other}`);
  const edits = await editsOf(open, [run], ({ record, labels }) => {
    if (record === undefined) return `run ${runId} is not over`;
    const cleared = resumable(record);
    if (cleared.length === 0)
      return `attempt ${record.attempt} of run ${runId}, the last that left a record, ended as ${record.state} with nothing to resume; ${other}`;
    const states = new Map(record.tasks.map((task) => [addressOf(task), task.state]));
    return {
      runId,
      instances: cleared.map((one) => {
        const address = addressOf(one);
        return { ...one, label: labels.get(address) ?? one.taskId, from: states.get(address) ?? 'none', to: 'none' };
      }),
      act: async () => {
        await controlOf(open.client, open.settings.taskQueue).rerun({ record, cleared });
        return `goes on as attempt ${record.attempt + 1}: tw runs show ${runId}`;
      },
    };
  });
  await makeEdits(() => Promise.resolve(edits), { verb: 'resume', done: 'resumed' }, { ...options, yes: true });
}
