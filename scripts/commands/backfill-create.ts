import { Command, InvalidArgumentError, Option } from 'commander';
import { mostActiveRuns, reprocessBehaviors, type ReprocessBehavior } from '../../dag/backfill.ts';
import type { BackfillOrder } from '../../dag/backfill-run.ts';
import { checkParams } from '../../dag/params.ts';
import { leftText, rowsJson, rowsTable } from '../backfills/backfill-text.ts';
import { createBackfill } from '../backfills/create-backfill.ts';
import { controlOf } from '../dag-control.ts';
import { definitionOf } from '../dag-registry.ts';
import { dateOption } from '../date-option.ts';
import { CommandError } from '../failure.ts';
import { jsonOption } from '../json-option.ts';
import { openRuns } from '../runs/open-runs.ts';

interface Options {
  readonly dagId: string;
  readonly fromDate: Date;
  readonly toDate: Date;
  readonly dagRunConf?: string;
  readonly maxActiveRuns: number;
  readonly reprocessBehavior: ReprocessBehavior;
  readonly runBackwards?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `tw backfill create`: plans a backfill with the code and the runs that there are now, and starts it. */
export function backfillCreateCommand(): Command {
  return new Command('create')
    .description('run the slots of a range of dates; it goes on by itself, whatever becomes of this shell')
    .requiredOption('--dag-id <dag-id>', 'the DAG')
    .requiredOption(
      '--from-date <date>',
      'the first logical date, ISO 8601; UTC unless it says otherwise (of a trigger timetable: when runs are due)',
      dateOption,
    )
    .requiredOption('--to-date <date>', 'the last logical date, itself included', dateOption)
    .option('--dag-run-conf <json>', 'params of its new runs, as a JSON object; those that run again keep theirs')
    .option('--max-active-runs <number>', 'how many of its runs are active at a time', wholeNumber, 10)
    .addOption(
      new Option(
        '--reprocess-behavior <behavior>',
        'what becomes of slots that have been run: those that failed run again, or all that are over',
      )
        .choices(reprocessBehaviors)
        .default('none'),
    )
    .option('--run-backwards', 'the newest slot first')
    .option('--dry-run', 'say slot by slot what it would do, and do nothing')
    .option('--json', 'print JSON')
    .action(create);
}

async function create(options: Options): Promise<void> {
  const { dagId, fromDate, toDate, maxActiveRuns, reprocessBehavior, runBackwards = false, dryRun = false } = options;
  const definition = definitionOf(dagId);
  const conf =
    options.dagRunConf === undefined ? {} : jsonOption('--dag-run-conf', options.dagRunConf, '{"posts": 50}');
  const { problems } = checkParams(definition, conf);
  if (problems !== undefined) throw new CommandError(`--dag-run-conf is not right: ${problems.join('; ')}`);
  await using open = await openRuns();
  const wish = { fromDate, toDate, maxActiveRuns, reprocessBehavior, runBackwards, conf };
  const { order, rows, isCreated: begins } = await createBackfill(open, definition, wish, dryRun);
  if (options.json === true) {
    console.log(
      JSON.stringify({ ...order, backfillId: begins ? order.backfillId : null, created: begins, rows: rowsJson(rows) }),
    );
    return;
  }
  if (dryRun) console.log(rowsTable(rows));
  const left = leftText(rows);
  console.log(`${headline(order, begins, dryRun)}${left === '' ? '' : `; ${left}`}`);
  if (!begins) return;
  console.log(`tw backfill show ${order.backfillId} says how far it is`);
  const pause = await controlOf(open.client, open.settings.taskQueue).pauseOf(dagId);
  if (pause?.paused === true) console.log(`${dagId} is paused: its runs wait until tw dags unpause ${dagId}`);
}

function headline({ backfillId, slots, maxActiveRuns }: BackfillOrder, begins: boolean, dryRun: boolean): string {
  const runs = slots === 1 ? '1 run' : `${slots} runs`;
  if (begins) return `created ${backfillId}: ${runs}, ${maxActiveRuns} at a time`;
  return dryRun ? `would make ${runs}, ${maxActiveRuns} at a time` : 'there is nothing to run, so nothing was created';
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^\d{1,4}$/.test(text) || number < 1 || number > mostActiveRuns) {
    throw new InvalidArgumentError(`use a whole number from 1 to ${mostActiveRuns}`);
  }
  return number;
}
