import { ApplicationFailure } from '@temporalio/common';
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  log,
  patched,
  setCurrentDetails,
  setHandler,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { runsBefore } from '../../dag/deadline.ts';
import { assetEventsMemo, type AssetEvent } from '../../dag/assets.ts';
import type { DagDefinition, RunContext } from '../../dag/definition.ts';
import type { TaskError } from '../../dag/outcome.ts';
import { rerunIdentity, type Rerun } from '../../dag/kept.ts';
import type { HistorySize } from '../../dag/limits.ts';
import { checkParams } from '../../dag/params.ts';
import { partitionKeyProblem, partitionMemo, readPartitionKey } from '../../dag/partition-key.ts';
import { readSlot, runIdentity, slotMemo, type RunIdentity } from '../../dag/run-identity.ts';
import type { RunState } from '../../dag/states.ts';
import { givenInterval, intervalMemo } from '../../dag/given-interval.ts';
import { longRunIdText } from '../../pipeline/run-keys.ts';
import { openCallbacks, type CallbackDesk } from './callbacks.ts';
import { controlActivities } from './control.ts';
import { detailsOf, troublesText, type DetailsText } from './details.ts';
import { clearUpdate, markRunUpdate, markUpdate, openEdits } from './edits.ts';
import { diagnose, failureTypes } from './failures.ts';
import { endAtFullHistory } from './full-history.ts';
import { graphQuery, resultQuery, statesQuery, statusOfRun, triesQuery } from './queries.ts';
import { partStarter } from './part-start.ts';
import { endedBefore, keptBook, rerunOrder, supplyResults } from './kept-run.ts';
import { closeRun, runRecord } from './run-record.ts';
import { openBook, type RunBook } from './run-book.ts';
import {
  conclude,
  endedBeforeText,
  errorBefore,
  errorOf,
  resultOf,
  withTroubles,
  type RunResult,
  type TasksEnd,
} from './run-end.ts';
import { openTasks } from './run-tasks.ts';
import { onUpdate } from './settled.ts';
import { instantOf, instantText, scheduledStartTime, searchAttributeKeys } from './search-attributes.ts';
import { queuedText, takeTurn, turnRequest } from './turn.ts';
import { workflowHost } from './workflow-host.ts';

/**
 * Runs a DAG inside a workflow. Throws when the run's state is failed, or when it was cancelled. `longest` is what its history may come to,
 * where that is not what any may.
 */
export async function runDag(definition: DagDefinition, input: unknown, longest?: HistorySize): Promise<RunResult> {
  const rerun = rerunOrder();
  const { startTime, workflowId: runId } = workflowInfo();
  const { identity, params, problems } = openRun(definition, input, rerun);
  const context: RunContext = {
    dagId: definition.id,
    runId,
    params,
    ...identity,
    ...assetEventsOf(workflowInfo().memo),
  };
  const callbacks = openCallbacks(definition, context, workflowHost, startTime);
  const announce = announcer(context);
  tellPartition(context);
  let state: RunState = 'queued';
  let book = openBook(definition, [], patched);
  // Before anything can fail or take its time, since such a run is asked, too.
  setHandler(graphQuery, () => book.graph());
  setHandler(statesQuery, (page) => withTroubles(statusOfRun(context, state, book.instances, page), callbacks));
  setHandler(triesQuery, (address) => book.tries(address));
  setHandler(resultQuery, (address) => book.result(address));

  const tooLong = longRunIdText(context);
  if (tooLong !== undefined) {
    state = 'failed';
    announce(state);
    throw ApplicationFailure.create({ type: failureTypes.runId, message: tooLong, nonRetryable: true });
  }
  const before = rerun === undefined ? await endedBefore(context) : null;
  // Before its turn, so that what is kept is known, and kept on, also where the run never gets it.
  const from = before === null ? rerun : { from: before.attempt, cleared: [] };
  if (from !== undefined) book = await keptBook(definition, from);
  const details = growingDetails(book, callbacks);
  if (before !== null) {
    ({ state } = before);
    announce(state);
    setCurrentDetails(`${endedBeforeText(before)}\n\n${details(state)}`);
    return conclude(resultOf(definition, book, before.state), errorBefore(before));
  }
  const tasks = openTasks({
    definition,
    book,
    context,
    host: { ...workflowHost, runPart: partStarter(input) },
    callbacks,
    onChange: shower(book, details),
    ...(rerun !== undefined && { supply: () => supplyResults(definition, rerun, book) }),
  });
  endAtFullHistory(tasks, longest);
  const edits = openEdits({ definition, book, context, tasks });
  onUpdate(clearUpdate, edits.clear);
  onUpdate(markUpdate, edits.mark);
  onUpdate(markRunUpdate, edits.markRun);
  if (rerun?.failed === true) edits.markRun({ state: 'failed' });
  let start: Date | null = null;
  let end: TasksEnd = { cancelled: false, ending: undefined };
  if (problems === undefined) {
    const cancelled = await isCancelledWhile(async () => {
      callbacks.watchDeadlines(() => state, await durationsBefore(definition), rerun !== undefined);
      await takeTurn(turnRequest(context, definition), tasks.isThrough, (queued) => {
        announce('queued');
        setCurrentDetails(queuedText(definition, queued));
      });
    });
    if (cancelled) {
      tasks.abandon();
      end = { cancelled, ending: undefined };
    } else {
      start = new Date();
      state = 'running';
      announce(state);
      end = await tasks.run();
    }
  }
  tasks.close();
  const error = problems === undefined ? errorOf(book, end) : paramsError(problems);
  state = error === null ? 'success' : 'failed';
  setCurrentDetails(details(state));
  await callbacks.endRun(state, error);
  await closeRun(
    runRecord({
      book,
      context,
      rerun,
      input,
      queuedAt: startTime,
      start,
      state,
      message: error?.message,
      troubles: callbacks.troubles(),
    }),
  );
  // Who edits or answers now is told that it is too late.
  if (!allHandlersFinished()) await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
  announce(state);
  setCurrentDetails(details(state));
  return conclude(resultOf(definition, book, state), error, problems);
}

/** How long the runs before this one took, where one of its deadlines asks. */
async function durationsBefore({ id: dagId, deadlines = [] }: DagDefinition): Promise<readonly number[]> {
  const limit = runsBefore(deadlines);
  if (limit === 0) return [];
  try {
    return await controlActivities().recentDurations({ dagId, limit });
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('the runs before this one cannot be read; a deadline that counts from their average is not watched', {
      why: diagnose(error).error.message,
    });
    return [];
  }
}

interface Opening {
  readonly identity: RunIdentity;
  readonly params: unknown;
  readonly problems: readonly string[] | undefined;
}

/** Works out what the run is about. */
function openRun(definition: DagDefinition, input: unknown, rerun: Rerun | undefined): Opening {
  const { startTime, typedSearchAttributes, memo } = workflowInfo();
  const nominalTime = typedSearchAttributes.get(scheduledStartTime) ?? null;
  const given = typedSearchAttributes.get(searchAttributeKeys.logicalDate);
  const logicalDate = given === undefined ? undefined : instantOf(given);
  const dataInterval = givenInterval(memo?.[intervalMemo]);
  const { params, problems = [] } = checkParams(definition, input);
  const key = memo?.[partitionMemo];
  const partitionKey = readPartitionKey(key);
  const noKey = key === undefined ? undefined : partitionKeyProblem(key);
  const all = [
    ...problems,
    ...(logicalDate === null ? [noDateText(given)] : []),
    ...(noKey === undefined ? [] : [noKey]),
  ];
  return {
    identity: rerun
      ? { ...rerunIdentity(rerun), ...(partitionKey !== undefined && { partitionKey }) }
      : runIdentity(definition, {
          nominalTime,
          startTime,
          logicalDate: logicalDate ?? undefined,
          dataInterval,
          partitionKey,
          slot: readSlot(memo?.[slotMemo]),
        }),
    params,
    problems: all.length === 0 ? undefined : all,
  };
}

/** Visibility tells of what stands in the memo; where the timetable named the partition, it does not stand there yet. */
function tellPartition({ partitionKey }: RunContext): void {
  if (partitionKey === undefined || workflowInfo().memo?.[partitionMemo] === partitionKey) return;
  upsertMemo({ [partitionMemo]: partitionKey });
}

/** The events that have started the run, where assets did. */
function assetEventsOf(memo: Readonly<Record<string, unknown>> | undefined): Pick<RunContext, 'triggeringAssetEvents'> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the hub of assets writes
  const events = memo?.[assetEventsMemo] as readonly AssetEvent[] | undefined;
  return events === undefined ? {} : { triggeringAssetEvents: events };
}

function noDateText(given: string | undefined): string {
  return `${searchAttributeKeys.logicalDate.name} is '${given}', which is no logical date; write one like 2026-03-01T00:00:00Z, or leave it out`;
}

/** Tells Temporal's visibility of a run's state, and at first of what the run is about. */
function announcer({ dagId, logicalDate, runType }: RunContext): (state: RunState) => void {
  let told: RunState | undefined;
  return (state) => {
    if (told === state) return;
    upsertSearchAttributes([
      ...(told !== undefined
        ? []
        : [
            { key: searchAttributeKeys.dag, value: dagId },
            { key: searchAttributeKeys.logicalDate, value: instantText(logicalDate) },
            { key: searchAttributeKeys.runType, value: runType },
          ]),
      { key: searchAttributeKeys.runState, value: state },
    ]);
    told = state;
  };
}

/** Whether the run was cancelled before that ended. */
async function isCancelledWhile(wait: () => Promise<void>): Promise<boolean> {
  try {
    await wait();
    return false;
  } catch (error) {
    if (!isCancellation(error)) throw error;
    return true;
  }
}

function paramsError(problems: readonly string[]): TaskError {
  return { type: failureTypes.params, message: `the run's params are not right: ${problems.join('; ')}` };
}

/** A task that is mapped over a result has its rows when the result is there. */
function growingDetails({ instances }: RunBook, callbacks: CallbackDesk): DetailsText {
  let rows = instances.length;
  let details = detailsOf(instances);
  return (state) => {
    if (instances.length !== rows) {
      rows = instances.length;
      details = detailsOf(instances);
    }
    return details(state) + troublesText(callbacks.troubles());
  };
}

/** Keeps the run's page in the Temporal UI current; the more rows, the less often, so that the cost stays linear. */
function shower({ instances }: RunBook, details: DetailsText): () => void {
  let changes = 0;
  return () => {
    if (changes++ % Math.ceil(instances.length / 50) === 0) setCurrentDetails(details('running'));
  };
}
