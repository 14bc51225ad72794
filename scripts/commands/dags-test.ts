import { Command } from 'commander';
import { dagOfId } from '../dag-registry.ts';
import { rehearse } from '../dags/rehearse.ts';
import { dateOption } from '../date-option.ts';
import { jsonOption } from '../json-option.ts';
import { tasksTable } from '../runs/run-text.ts';

interface Options {
  readonly at?: Date;
  readonly conf?: string;
  readonly results?: string;
  readonly fail?: readonly string[];
  readonly skip?: readonly string[];
  readonly json?: boolean;
}

/** `tw dags test`: what the rules of a DAG make of a run. Asks no server and calls no task's code; testDag does that, in a test. */
export function dagsTestCommand(): Command {
  return new Command('test')
    .description('what becomes of a run when tasks succeed, fail or skip: no server is asked, and no task is run')
    .argument('<dag-id>')
    .argument('[date]', 'when it is due or started, ISO 8601; now by default', dateOption)
    .option('--at <date>', 'the same date, by a name', dateOption)
    .option('-c, --conf <json>', 'params of the run, as a JSON object')
    .option(
      '--fail <task-ids...>',
      "tasks that fail for good, or an index of a mapped one, as 'land[1]' or by its label 'land[geo]'; all others succeed",
    )
    .option('--skip <task-ids...>', 'tasks, or indexes of them, that skip themselves')
    .option(
      '--results <json>',
      'what tasks give, by their ids: the choice of a branch, the list of a task that others are mapped over, of a mapped task its results in index order, or one for all; where nothing is said a branch chooses all, such a list has one item, and all else is null',
    )
    .option('--json', 'print JSON')
    .action(test);
}

async function test(dagId: string, date: Date | undefined, options: Options): Promise<void> {
  const { at = date ?? new Date() } = options;
  const { conf = '{}', results = '{}', fail = [], skip = [], json = false } = options;
  const { state, status, assumed } = await rehearse(dagOfId(dagId), {
    at,
    params: jsonOption('--conf', conf, '{"posts": 50}'),
    results: jsonOption('--results', results, '{"choose": "few"}'),
    fail,
    skip,
  });
  const { runType, logicalDate, dataInterval, tasks } = status;
  if (json) {
    const told = tasks.map(({ taskId, mapIndex, label, state: ended }) => ({ taskId, mapIndex, label, state: ended }));
    console.log(JSON.stringify({ dagId, state, runType, logicalDate, dataInterval, tasks: told, assumed }));
  } else {
    console.log(
      `${dagId}, ${runType}, logical date ${logicalDate}, data of ${dataInterval.start} to ${dataInterval.end}`,
    );
    console.log(tasksTable(tasks));
    console.log(assumed.map((sentence) => `assumed: ${sentence}`).join('\n'));
    console.log(state);
  }
  if (state === 'failed') process.exitCode = 1;
}
