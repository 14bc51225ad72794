import Table from 'cli-table3';
import { triesText, type DagDetails, type TaskDetails } from './dag-details.ts';
import type { DagStanding } from './dag-standing.ts';
import type { ParamDetails } from './param-details.ts';
import { standingFacts } from './standing-text.ts';

/** A DAG's details for a terminal, with where it is when that is known. */
export function dagDetailsText(details: DagDetails, standing?: DagStanding): string {
  const { id, description, schedule, timezone, startDate, endDate, catchup, maxActiveRuns, tags, doc } = details;
  const facts: readonly (readonly [string, string | null])[] = [
    ['schedule', schedule ?? (details.assets === null ? 'when asked' : null)],
    ['assets', details.assets],
    ['time zone', timezone],
    ['start date', startDate],
    ['end date', endDate],
    ['catchup', schedule === null ? null : String(catchup)],
    ['max active runs', String(maxActiveRuns)],
    ['max active tasks', details.maxActiveTasks === null ? null : String(details.maxActiveTasks)],
    ['tags', tags.length === 0 ? null : tags.join(', ')],
    ['definition', details.definitionHash],
    ...(standing === undefined ? [] : standingFacts(standing)),
  ];
  const lines = facts.flatMap(([name, value]) => (value === null ? [] : [`${name.padEnd(16)} ${value}`]));
  return [
    description === '' ? id : `${id}: ${description}`,
    ...(doc === '' ? [] : [doc]),
    lines.join('\n'),
    details.params.length === 0 ? 'takes no params' : paramsTable(details.params),
    tasksTable(details),
    ...docsOf(details),
    ...details.warnings.map((warning) => `warning: ${warning}`),
  ].join('\n\n');
}

function paramsTable(params: readonly ParamDetails[]): string {
  const table = plainTable(['param', 'type', 'default', 'limits', 'description']);
  for (const { name, type, required, default: value, limits, description } of params) {
    table.push([name, type, required ? 'none: required' : JSON.stringify(value), limits, description]);
  }
  return table.toString();
}

/** Pool and queue have a column where a task has one that is not the default. */
function tasksTable({ tasks }: DagDetails): string {
  const places = [
    { head: 'pool', of: poolText },
    { head: 'queue', of: ({ queue }: TaskDetails) => queue ?? '' },
  ].filter(({ of }) => tasks.some((task) => of(task) !== ''));
  const table = plainTable(['task', 'kind', 'after', 'trigger rule', 'tries', ...places.map(({ head }) => head)]);
  for (const task of tasks) {
    const { id, kind, isMapped, labels, upstream, triggerRule } = task;
    const label = isMapped ? `${id} [${labels?.length ?? 'results'}]` : id;
    const where = places.map(({ of }) => of(task));
    table.push([label, kind ?? '', upstream.join(', '), triggerRule, triesText(task), ...where]);
  }
  return table.toString();
}

function poolText({ pool, poolSlots }: TaskDetails): string {
  if (pool === null) return '';
  return poolSlots === 1 ? pool : `${pool}, ${poolSlots} slots`;
}

/** Below the table, since a doc is as long as it likes to be. */
function docsOf({ tasks }: DagDetails): readonly string[] {
  return tasks.filter(({ doc }) => doc !== '').map(({ id, doc }) => `${id}: ${doc}`);
}

function plainTable(head: string[]): Table.Table {
  return new Table({ head, style: { head: [], border: [] } });
}
