import {
  ApplicationFailure,
  ChildWorkflowFailure,
  TerminatedFailure,
  TypedSearchAttributes,
  WorkflowExecutionAlreadyStartedError,
} from '@temporalio/common';
import { CancellationScope, executeChild, log, sleep, workflowInfo } from '@temporalio/workflow';
import type { RunContext } from '../../dag/definition.ts';
import { unpackEnds } from '../../dag/part-end.ts';
import { controlActivities } from './control.ts';
import type { RunPart } from './current-task.ts';
import { failureTypes } from './failures.ts';
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
    const { key, ends } = await endOfPart(childOptions({ ...part, ...aboutRun(run), input }));
    if (!wantsResults) return { key, ends: unpackEnds(ends) };
    return { key, ends: unpackEnds(ends), results: await readResults(key, part.mapIndexes.length) };
  };
}

/** Milliseconds after which a part that could not be started is tried again: at first, and at most. */
const patience = { first: 1_000, longest: 60_000 };

/**
 * Starts a part and waits for its end. One of the same name may still be coming to its end: that of an earlier attempt of the run,
 * which was terminated. It is waited for, so that no index is worked on twice at a time.
 */
async function endOfPart(options: ReturnType<typeof childOptions>): Promise<PartEnd> {
  for (let wait = patience.first; ; wait = Math.min(2 * wait, patience.longest)) {
    try {
      return await executeChild<(order: PartOrder) => Promise<PartEnd>>(workflowInfo().workflowType, options);
    } catch (error) {
      if (error instanceof ChildWorkflowFailure && error.cause instanceof TerminatedFailure) {
        const message = `the workflow of its part of the map, ${options.workflowId}, was terminated`;
        throw ApplicationFailure.create({ type: failureTypes.partTerminated, message });
      }
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      log.warn('a part of a map waits: a workflow of its name has not ended', { part: options.workflowId });
      await sleep(wait, { summary: `${options.staticSummary}: wait for a workflow of its name` });
    }
  }
}

function aboutRun({ runId, runType, logicalDate, dataInterval: { start, end }, ...run }: RunContext) {
  const { partitionKey, triggeringAssetEvents } = run;
  const dates = { logicalDate: logicalDate.getTime(), dataInterval: [start.getTime(), end.getTime()] as const };
  return {
    runId,
    runType,
    ...dates,
    ...(partitionKey !== undefined && { partitionKey }),
    ...(triggeringAssetEvents && { triggeringAssetEvents }),
  };
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
