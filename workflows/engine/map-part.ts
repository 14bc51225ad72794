import { CancellationScope, log, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import type { DagDefinition, RunContext, TaskDefinition } from '../../dag/definition.ts';
import { checkParams } from '../../dag/params.ts';
import { packEnds, type IndexEnd } from '../../dag/part-end.ts';
import type { PartRecord } from '../../dag/part-record.ts';
import { isFinished } from '../../dag/states.ts';
import { openCallbacks } from './callbacks.ts';
import { controlActivities } from './control.ts';
import { detailsOf } from './details.ts';
import { endAtFullHistory } from './full-history.ts';
import { openPartBook, type PartBook } from './part-book.ts';
import { partMemo, type PartEnd, type PartOrder } from './part-order.ts';
import { graphQuery, resultQuery, statesQuery, statusOfRun, triesQuery } from './queries.ts';
import { withTroubles } from './run-end.ts';
import { instanceRecord } from './run-record.ts';
import { openTasks } from './run-tasks.ts';
import { statusOf } from './task-status.ts';
import { workflowHost } from './workflow-host.ts';

/** Whether the execution that asks is a part of a long map, and no run. */
export function isPart(): boolean {
  return workflowInfo().memo?.[partMemo] === true;
}

/**
 * Runs some indexes of a long map in a workflow of its own, as its run would. Never fails for what its tasks do: how each index
 * ended is what it gives back. Its record has their results.
 */
export async function runPart(definition: DagDefinition, order: PartOrder): Promise<PartEnd> {
  const part = partOf(definition, order);
  const book = openPartBook(part, order);
  const context = contextOf(definition, order);
  const callbacks = openCallbacks(part, context, workflowHost, workflowInfo().startTime);
  setHandler(graphQuery, book.graph);
  setHandler(statesQuery, (page) => withTroubles(statusOfRun(context, 'running', book.instances, page), callbacks));
  setHandler(triesQuery, book.tries);
  setHandler(resultQuery, book.result);
  const details = detailsOf(book.instances);
  let changes = 0;
  const onChange = (): void => {
    if (changes++ % 10 === 0) setCurrentDetails(details('running'));
  };
  const tasks = openTasks({ definition: part, book, context, host: workflowHost, callbacks, onChange });
  endAtFullHistory(tasks);
  await tasks.run();
  await callbacks.endRun('success', null);
  setCurrentDetails(details('success'));
  const key = await keep(partRecord(context, book));
  return { key, ends: packEnds(endsOf(book, order), workflowInfo().startTime.getTime()) };
}

/** The DAG as a part of it sees it: one task, and nothing that is the run's to watch. */
function partOf(
  definition: DagDefinition,
  { taskId, mapIndexes, items, most }: PartOrder,
): DagDefinition & { readonly tasks: readonly [TaskDefinition] } {
  const found = definition.tasks.find(({ id }) => id === taskId);
  if (found === undefined) throw new Error(`DAG ${definition.id} has no task ${taskId}`);
  const task = without(found, ['maxActiveTisPerDagrun', 'dependsOnPast']);
  // At their own places, so that an index finds its item.
  const own: unknown[] = [];
  for (const [at, mapIndex] of mapIndexes.entries())
    own[mapIndex] = (items ?? task.items ?? [])[items === null ? mapIndex : at];
  const limit = most === null ? {} : { maxActiveTisPerDagrun: most };
  const dag = without(definition, ['callbacks', 'deadlines', 'dagrunTimeout', 'failFast', 'maxActiveTasks']);
  return { ...dag, tasks: [{ ...task, upstream: [], items: own, ...limit }] };
}

function without<Whole extends object, Name extends keyof Whole>(
  whole: Whole,
  names: readonly Name[],
): Omit<Whole, Name> {
  const left = { ...whole };
  for (const name of names) delete left[name];
  return left;
}

function contextOf(definition: DagDefinition, order: PartOrder): RunContext {
  const { runId, runType, logicalDate, dataInterval, partitionKey, triggeringAssetEvents, input } = order;
  const [start, end] = dataInterval;
  return {
    dagId: definition.id,
    runId,
    runType,
    logicalDate: new Date(logicalDate),
    dataInterval: { start: new Date(start), end: new Date(end) },
    ...(partitionKey !== undefined && { partitionKey }),
    ...(triggeringAssetEvents && { triggeringAssetEvents }),
    // They were right for the run.
    params: checkParams(definition, input).params,
  };
}

function endsOf({ records, stateOf }: PartBook, { triedBefore }: PartOrder): readonly IndexEnd[] {
  const before = new Map(triedBefore.map(([mapIndex, tries]) => [mapIndex, tries]));
  return records.map((record): IndexEnd => {
    const state = stateOf(record);
    const tries = record.tries.slice(before.get(record.mapIndex) ?? 0);
    return { state: isFinished(state) ? state : 'failed', error: record.error, tries };
  });
}

function partRecord({ dagId, runId }: RunContext, book: PartBook): PartRecord {
  const tasks = book.records.map((record) => instanceRecord(statusOf(record, book.stateOf(record)), record));
  return { version: 1, dagId, runId, executionId: workflowInfo().runId, tasks };
}

/** Results that cannot be kept for good are lost to the tasks after them, which then say so. */
async function keep(record: PartRecord): Promise<string | null> {
  try {
    return await CancellationScope.nonCancellable(() => controlActivities().keepPart(record));
  } catch (error) {
    log.error("the part's record could not be kept", { why: String(error) });
    return null;
  }
}
