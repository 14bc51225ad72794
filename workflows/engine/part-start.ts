import { ApplicationFailure, TypedSearchAttributes } from '@temporalio/common';
import { CancellationScope, executeChild, sleep, workflowInfo } from '@temporalio/workflow';
import type { RunContext } from '../../dag/definition.ts';
import { unpackEnds } from '../../dag/part-end.ts';
import { controlActivities } from './control.ts';
import type { RunPart } from './current-task.ts';
import { asKept } from './payload-size.ts';
import { partMemo, type PartEnd, type PartOrder } from './part-order.ts';
import { partState, searchAttributeKeys } from './search-attributes.ts';

/**
 * Runs parts of a run's long maps as children of it, which a worker's death does not harm. A child whose run is terminated is
 * cancelled. `input` is the run's own.
 */
export function partStarter(input: unknown): RunPart {
  return async ({ wantsResults, ...part }, run) => {
    const { key, ends } = await executeChild<(order: PartOrder) => Promise<PartEnd>>(
      workflowInfo().workflowType,
      childOptions({ ...part, ...aboutRun(run), input }),
    );
    if (!wantsResults) return { key, ends: unpackEnds(ends) };
    return { key, ends: unpackEnds(ends), results: await resultsOf(key, part.mapIndexes.length) };
  };
}

function aboutRun({ runId, runType, logicalDate, dataInterval: { start, end }, triggeringAssetEvents }: RunContext) {
  const dates = { logicalDate: logicalDate.getTime(), dataInterval: [start.getTime(), end.getTime()] as const };
  return { runId, runType, ...dates, ...(triggeringAssetEvents && { triggeringAssetEvents }) };
}

function childOptions(order: PartOrder) {
  const { taskId, mapIndexes } = order;
  const name = `${taskId}[${mapIndexes[0]}-${mapIndexes.at(-1)}]`;
  return {
    workflowId: `${workflowInfo().workflowId}/${name}`,
    args: [order] as [PartOrder],
    memo: { [partMemo]: true },
    // So that lists of runs leave it out.
    typedSearchAttributes: new TypedSearchAttributes([{ key: searchAttributeKeys.runState, value: partState }]),
    staticSummary: name,
    // What it gives back when it is cancelled says how each index ended.
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    parentClosePolicy: 'REQUEST_CANCEL',
  } as const;
}

/** The results of a part's indexes, for tasks that are given them. They come in messages of bounded size. */
async function resultsOf(key: string | null, length: number): Promise<readonly unknown[]> {
  if (key === null) {
    throw ApplicationFailure.create({
      type: 'PartLost',
      nonRetryable: true,
      message:
        'the results of its part of the map could not be kept, and other tasks need them: see the log of the part',
    });
  }
  const results: unknown[] = [];
  await CancellationScope.nonCancellable(async () => {
    while (results.length < length) {
      for (const value of await controlActivities().partResults({ key, from: results.length }))
        results.push(asKept(JSON.stringify(value)));
      // Several in one workflow task would be one message to the server, which has a limit.
      await sleep(1, { summary: 'results of a map, in parts' });
    }
  });
  return results;
}
