import { ApplicationFailure, TypedSearchAttributes } from '@temporalio/common';
import { CancellationScope, executeChild, workflowInfo } from '@temporalio/workflow';
import type { RunContext } from '../../dag/definition.ts';
import { unpackEnds } from '../../dag/part-end.ts';
import { controlActivities } from './control.ts';
import type { RunPart } from './current-task.ts';
import { openSpread } from './message-spread.ts';
import { asKept } from './payload-size.ts';
import { partMemo, type PartEnd, type PartOrder } from './part-order.ts';
import { partState, searchAttributeKeys } from './search-attributes.ts';

/**
 * Runs parts of a run's long maps as children of it, which a worker's death does not harm. A child whose run is terminated is
 * cancelled. `input` is the run's own.
 */
export function partStarter(input: unknown): RunPart {
  const readResults = resultsReader();
  return async ({ wantsResults, ...part }, run) => {
    const { key, ends } = await executeChild<(order: PartOrder) => Promise<PartEnd>>(
      workflowInfo().workflowType,
      childOptions({ ...part, ...aboutRun(run), input }),
    );
    if (!wantsResults) return { key, ends: unpackEnds(ends) };
    return { key, ends: unpackEnds(ends), results: await readResults(key, part.mapIndexes.length) };
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

/**
 * Gives the results of a part's indexes, for tasks that are given them. They come in messages of bounded size, of one part after
 * the other: parts that end together would bring more in one workflow task than a message to the server may hold.
 */
function resultsReader(): (key: string | null, length: number) => Promise<readonly unknown[]> {
  const spread = openSpread('results of a map, in parts');
  let before: Promise<unknown> = Promise.resolve();

  async function read(key: string, length: number): Promise<readonly unknown[]> {
    const results: unknown[] = [];
    while (results.length < length) {
      let characters = 0;
      for (const value of await controlActivities().partResults({ key, from: results.length })) {
        const text = JSON.stringify(value);
        characters += text.length;
        results.push(asKept(text));
      }
      await spread(characters);
    }
    return results;
  }

  return (key, length) => {
    if (key === null) {
      const message =
        'the results of its part of the map could not be kept, and other tasks need them: see the log of the part';
      throw ApplicationFailure.create({ type: 'PartLost', nonRetryable: true, message });
    }
    const results = before.then(() => CancellationScope.nonCancellable(() => read(key, length)));
    before = results.catch(() => undefined);
    return results;
  };
}
