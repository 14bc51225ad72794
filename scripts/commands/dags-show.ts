import { Command, InvalidArgumentError, Option } from 'commander';
import Table from 'cli-table3';
import { instantText } from '../../workflows/engine/search-attributes.ts';
import { definitionOf } from '../dag-registry.ts';
import { dagDetails } from '../dags/dag-details.ts';
import { dagDetailsText } from '../dags/dag-details-text.ts';
import { dagGraph } from '../dags/dag-graph.ts';
import { standingsOf } from '../dags/dag-standing.ts';
import { graphFormats, graphText, type GraphFormat } from '../dags/graph-text.ts';
import { slotPartitionKey } from '../../dag/timetable.ts';
import { nextRuns, unscheduledText } from '../dags/next-runs.ts';

/** `tw dags show`: what a DAG's definition says, and, where Temporal answers, whether it is paused and what runs. */
export function dagsShowCommand(): Command {
  return new Command('show')
    .description('schedule, params and tasks of a DAG, whether it is paused and what runs of it')
    .argument('<dag-id>')
    .option('--json', 'print JSON, with the JSON Schema of the params')
    .action(async (dagId: string, { json = false }: { readonly json?: boolean }) => {
      const definition = definitionOf(dagId);
      const details = dagDetails(definition);
      const standing = (await standingsOf([definition], warn))?.get(dagId);
      console.log(
        json ? JSON.stringify({ ...details, standing: standing ?? null }) : dagDetailsText(details, standing),
      );
    });
}

/** `tw dags graph`: a DAG's tasks and edges. Asks no server. */
export function dagsGraphCommand(): Command {
  return new Command('graph')
    .description('tasks of a DAG, and which comes after which')
    .argument('<dag-id>')
    .addOption(new Option('--format <format>', 'how it is drawn').choices(graphFormats).default('text'))
    .option('--json', 'the same as --format json')
    .action((dagId: string, { format, json }: { readonly format: GraphFormat; readonly json?: boolean }) => {
      console.log(graphText(dagGraph(definitionOf(dagId)), json === true ? 'json' : format));
    });
}

/** `tw dags next`: when a DAG runs next. Asks no server, so it does not know whether its Schedule is paused. */
export function dagsNextCommand(): Command {
  return new Command('next')
    .description('the next automatic runs of a DAG, by its timetable')
    .argument('<dag-id>')
    .option('-n, --num-executions <number>', 'how many', wholeNumber, 1)
    .option('--json', 'print JSON')
    .action((dagId: string, options: { readonly numExecutions: number; readonly json?: boolean }) => {
      const definition = definitionOf(dagId);
      const { timetable } = definition;
      const runs = nextRuns(definition, Date.now(), options.numExecutions).map(({ start, end, runAfter }) => {
        const partitionKey = timetable === null ? undefined : slotPartitionKey(timetable, { runAfter });
        return {
          logicalDate: iso(start),
          dataInterval: { start: iso(start), end: iso(end) },
          runAfter: iso(runAfter),
          ...(partitionKey !== undefined && { partitionKey }),
        };
      });
      if (options.json === true) {
        console.log(JSON.stringify(runs));
        return;
      }
      if (runs.length === 0) {
        console.log(
          timetable === null
            ? unscheduledText(definition)
            : `${dagId} has no further run: its timetable, or its end date, is over`,
        );
        return;
      }
      const partition = timetable?.kind === 'cron_partition' ? ['partition'] : [];
      const head = ['logical date', 'data interval start', 'data interval end', 'run after', ...partition];
      const table = new Table({ head, style: { head: [], border: [] } });
      for (const { logicalDate, dataInterval, runAfter, partitionKey } of runs) {
        const key = partitionKey === undefined ? [] : [partitionKey];
        table.push([logicalDate, dataInterval.start, dataInterval.end, runAfter, ...key]);
      }
      console.log(table.toString());
    });
}

function warn(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

function iso(instant: number): string {
  return instantText(new Date(instant));
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > 10_000) throw new InvalidArgumentError('use a whole number from 1');
  return number;
}
