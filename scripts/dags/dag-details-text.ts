import Table from 'cli-table3';
import { durationText } from '../../dag/duration.ts';
import { instantText } from '../../workflows/engine/search-attributes.ts';
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
    ['pauses after', pausesAfterText(details.maxConsecutiveFailedDagRuns)],
    ['upon creation', details.isPausedUponCreation ? 'paused' : null],
    ['run timeout', details.dagrunTimeout === null ? null : durationText(details.dagrunTimeout)],
    ['fail fast', details.failFast ? 'the first task that fails ends the run' : null],
    ...details.deadlines.map((deadline) => ['deadline', deadlineText(deadline)] as const),
    ['callbacks', details.callbacks.length === 0 ? null : details.callbacks.join(', ')],
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

function pausesAfterText(failures: number | null): string | null {
  if (failures === null) return null;
  return failures === 1 ? 'a run that fails' : `${failures} runs in a row that fail`;
}

function deadlineText({ reference, interval }: DagDetails['deadlines'][number]): string {
  const distance = durationText(Math.abs(interval));
  if (typeof reference === 'object') {
    const { maxRuns, minRuns } = reference;
    const average = `the average of the last ${maxRuns} runs (of at least ${minRuns})`;
    return interval === 0 ? average : `${average}, ${interval < 0 ? 'less' : 'and'} ${distance}`;
  }
  const from = typeof reference === 'number' ? instantText(new Date(reference)) : reference;
  return interval === 0 ? from : `${distance} ${interval < 0 ? 'before' : 'after'} ${from}`;
}

/** What only some tasks have has a column where one has it. */
function tasksTable({ tasks }: DagDetails): string {
  const areWeighed = tasks.some(
    ({ priorityWeight, weightRule }) => priorityWeight !== 1 || weightRule !== 'downstream',
  );
  const columns = [
    { head: 'pool', of: poolText },
    { head: 'queue', of: ({ queue }: TaskDetails) => queue ?? '' },
    { head: 'weight', of: areWeighed ? weightText : () => '' },
    { head: 'options', of: optionsText },
  ].filter(({ of }) => tasks.some((task) => of(task) !== ''));
  const table = plainTable(['task', 'kind', 'after', 'trigger rule', 'tries', ...columns.map(({ head }) => head)]);
  for (const task of tasks) {
    const { id, kind, isMapped, labels, upstream, triggerRule } = task;
    const label = isMapped ? `${id} [${labels?.length ?? 'results'}]` : id;
    const rest = columns.map(({ of }) => of(task));
    table.push([label, kind ?? '', upstream.join(', '), triggerRule, triesText(task), ...rest]);
  }
  return table.toString();
}

function weightText({ weight, priorityWeight, weightRule }: TaskDetails): string {
  return `${weight} (its own ${priorityWeight}, ${weightRule})`;
}

/** Options by their names in the code, a line each. */
function optionsText(task: TaskDetails): string {
  const { dependsOnPast, waitForDownstream, maxActiveTisPerDag, maxActiveTisPerDagrun, outlets, choices } = task;
  return [
    ...(dependsOnPast ? ['dependsOnPast'] : []),
    ...(waitForDownstream ? ['waitForDownstream'] : []),
    ...(maxActiveTisPerDag === null ? [] : [`maxActiveTisPerDag ${maxActiveTisPerDag}`]),
    ...(maxActiveTisPerDagrun === null ? [] : [`maxActiveTisPerDagrun ${maxActiveTisPerDagrun}`]),
    ...(choices === null ? [] : [`choices ${choices.join(', ')}`]),
    ...(task.ignoreDownstreamTriggerRules === false ? ['ignoreDownstreamTriggerRules false'] : []),
    ...(task.onFailureFailDagrun === true ? ['onFailureFailDagrun'] : []),
    ...(outlets.length === 0 ? [] : [`outlets ${outlets.join(', ')}`]),
    ...(task.hasRetryPolicy ? ['retryPolicy'] : []),
    ...task.callbacks,
  ].join('\n');
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
