import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { readBackfill } from '../../dag/backfill-run.ts';
import {
  endlessMemo,
  pausedUponCreation,
  pauseMemo,
  type EndlessOrder,
  type ControllerStart,
  type KeptPause,
  type PauseOrder,
} from '../../dag/turns.ts';
import { openExchange } from './exchange.ts';
import {
  backfillWorkflowId,
  controllerId,
  scheduleOwnerMemo,
  type ControllerMessage,
  type ControllerStatus,
  type DagControl,
  type RunEnded,
  type RunExecution,
  type Turn,
  type TurnRequest,
} from './port.ts';
import { rerun } from './rerun.ts';
import { isOpen } from './execution-status.ts';
import { leftBy } from './left-by.ts';
import { runsWithTurn } from './listed-run.ts';
import { isNotFound, told } from './temporal-error.ts';
import { lastOf, updateOrStart, type ControllerBirth } from './update-or-start.ts';

/** What the control of DAGs works with. */
export interface DagControlOptions {
  readonly client: Client;
  /** Stem of the task queues. */
  readonly installation: string;
  /** Task queue of the controllers. */
  readonly taskQueue: string;
  /** Task queue of the runs. */
  readonly runQueue: string;
}

/** Milliseconds that a controller has to tell where it is. */
const tellWithin = 5_000;

/** Runs that Temporal is asked about at a time. */
const lanes = 8;

/** What a run hears that has ended meanwhile, and listens no more. */
const notKept: Turn = { go: false, reason: 'queue_full', ahead: 0 };

/** Reaches the controllers of DAGs through a Temporal client. */
export function createDagControl({ client, installation, taskQueue, runQueue }: DagControlOptions): DagControl {
  const idOf = (dagId: string): string => controllerId(dagId, installation);

  const stateLeftBy = (last: WorkflowExecutionDescription | undefined): Promise<ControllerStart | undefined> =>
    last === undefined ? Promise.resolve(undefined) : leftBy(client, last, 'state' satisfies ControllerMessage);

  /**
   * How a DAG's controller is started where there is none: with what its last execution knew, which somebody has terminated; where nobody
   * can tell, with what its memo says, and the runs that visibility knows to have had their turn.
   */
  async function birthOf(
    dagId: string,
    pause: PauseOrder | undefined,
    last: WorkflowExecutionDescription | undefined,
    left: ControllerStart | undefined,
  ): Promise<ControllerBirth<[ControllerStart]>> {
    const kept: KeptPause | undefined = last === undefined ? pause : pauseIn(last.memo);
    const endless = endlessIn(last?.memo);
    const byMemo = async (): Promise<ControllerStart> => ({
      dagId,
      ...(kept && { paused: kept.paused, note: kept.note }),
      ...(kept?.since !== undefined && { pausedAt: kept.since }),
      ...(endless && { endless: { ...endless, last: null, running: null } }),
      ...(last && { active: await runsWithTurn(client, dagId, runQueue) }),
    });
    return {
      workflowType: 'dagController',
      taskQueue,
      args: [{ ...(left ?? (await byMemo())), ...(last && { revived: true }) }],
      memo: { ...(kept && { [pauseMemo]: kept }), ...(endless && { [endlessMemo]: endless }) },
      staticSummary: `gives the runs of ${dagId} their turns`,
    };
  }

  /** How a DAG's controller is started by what needs no worker. */
  async function startOf(dagId: string, pause: PauseOrder | undefined) {
    const last = await lastOf(client, idOf(dagId));
    const left = await stateLeftBy(last).catch(() => undefined);
    const { workflowType: _, ...how } = await birthOf(dagId, pause, last, left);
    return { ...how, workflowId: idOf(dagId) };
  }

  /** An update of a DAG's controller, which is started first where there is none. */
  const update = <Result>(
    dagId: string,
    name: ControllerMessage,
    input: unknown,
    pause?: PauseOrder,
  ): Promise<Result> =>
    updateOrStart<Result, [ControllerStart]>(client, {
      workflowId: idOf(dagId),
      name,
      input,
      birth: async (last) => birthOf(dagId, pause, last, await stateLeftBy(last)),
    });

  const exchange = openExchange<TurnRequest, Turn, RunEnded>(async (dagId, { asks, ends }) => {
    const over = new Set(ends.map(({ executionId }) => executionId));
    // One that was cancelled while its question waited for this letter: a controller hears ends first, and would have it active for ever.
    const open = asks.filter(({ executionId }) => !over.has(executionId));
    const isPaused = open.some(({ isPausedUponCreation }) => isPausedUponCreation === true);
    const letter = { asks: open, ends };
    const turns = await update<readonly Turn[]>(dagId, 'exchange', letter, isPaused ? pausedUponCreation : undefined);
    if (over.size === 0) return turns;
    const answers = new Map(open.map(({ executionId }, at) => [executionId, turns[at]]));
    return asks.map(({ executionId }): Turn => answers.get(executionId) ?? notKept);
  });

  async function isOver({ runId, executionId }: RunExecution): Promise<boolean> {
    try {
      const { status } = await client.workflow.getHandle(runId, executionId).describe();
      return !isOpen(status);
    } catch (error) {
      if (isNotFound(error)) return true;
      throw error;
    }
  }

  return {
    requestTurn: (request) =>
      told(`asking for the turn of ${request.runId}`, () => exchange.ask(request.dagId, request)),
    runEnded: (ended) =>
      told(`telling the controller of ${ended.dagId} that ${ended.runId} has ended`, () =>
        exchange.tell(ended.dagId, ended),
      ),
    endedAmong: (runs, signal) =>
      told('looking for runs that have ended', async () => {
        const open = [...runs];
        const ended: RunExecution[] = [];
        const lane = async (): Promise<void> => {
          for (let run = open.pop(); run !== undefined && !signal.aborted; run = open.pop()) {
            if (await isOver(run)) ended.push(run);
          }
        };
        await Promise.all(Array.from({ length: lanes }, lane));
        return ended;
      }),
    rerun: (request) => told(`starting ${request.record.runId} again`, () => rerun(client, runQueue, request)),
    setPaused: (dagId, paused, note) =>
      told(`${paused ? 'pausing' : 'unpausing'} ${dagId}`, () =>
        update<void>(dagId, 'setPaused', { paused, note } satisfies PauseOrder),
      ),
    setSchedulePaused: (dagId, { paused, note }, since) =>
      told(`${paused ? 'pausing' : 'unpausing'} the Schedule of ${dagId}`, async () => {
        const schedule = client.schedule.getHandle(dagId);
        try {
          const { memo, state, policies } = await schedule.describe();
          if (memo?.[scheduleOwnerMemo] !== installation) return;
          if (paused) return await schedule.pause(note);
          const makeUp = (start: number, end: number) =>
            schedule.backfill({ start: new Date(start), end: new Date(end), overlap: 'ALLOW_ALL' });
          const now = Date.now();
          const isToMakeUp = state.paused && since !== undefined;
          // Before it goes on: whoever does this again, since this attempt dies, must find it paused.
          if (isToMakeUp) await makeUp(Math.max(since, now - policies.catchupWindow), now);
          await schedule.unpause(note);
          if (isToMakeUp) await makeUp(now, Date.now());
        } catch (error) {
          if (!isNotFound(error)) throw error;
        }
      }),
    open: (dagId, order) =>
      told(`starting the controller of ${dagId}`, async () => {
        const how = await startOf(dagId, order);
        await client.workflow.start('dagController', { ...how, workflowIdConflictPolicy: 'USE_EXISTING' });
      }),
    setEndless: (dagId, order, pause) =>
      told(`telling the controller of ${dagId} whether it runs without a pause`, async () => {
        await client.workflow.signalWithStart('dagController', {
          ...(await startOf(dagId, pause)),
          signal: 'setEndless' satisfies ControllerMessage,
          signalArgs: [order],
        });
      }),
    endlessOf: (dagId) =>
      told(`asking whether ${dagId} runs without a pause`, async () => {
        try {
          const { memo, status } = await client.workflow.getHandle(idOf(dagId)).describe();
          return isOpen(status) ? endlessIn(memo) : null;
        } catch (error) {
          if (isNotFound(error)) return null;
          throw error;
        }
      }),
    openBackfillOf: (dagId) =>
      told(`looking for a backfill of ${dagId}`, async () => {
        try {
          const { memo, status } = await client.workflow.getHandle(backfillWorkflowId(dagId, installation)).describe();
          return isOpen(status) ? readBackfill(memo) : undefined;
        } catch (error) {
          if (isNotFound(error)) return undefined;
          throw error;
        }
      }),
    pauseOf: (dagId) =>
      told(`asking whether ${dagId} is paused`, async () => {
        try {
          const { paused, note } = pauseIn((await client.workflow.getHandle(idOf(dagId)).describe()).memo);
          return { paused, note };
        } catch (error) {
          if (isNotFound(error)) return undefined;
          throw error;
        }
      }),
    status: (dagId) =>
      told(`asking the controller of ${dagId}`, async () => {
        try {
          const query = () =>
            client.workflow.getHandle(idOf(dagId)).query<ControllerStatus>('status' satisfies ControllerMessage);
          return await client.withDeadline(Date.now() + tellWithin, query);
        } catch (error) {
          if (isNotFound(error)) return undefined;
          throw error;
        }
      }),
  };
}

function endlessIn(memo: Readonly<Record<string, unknown>> | undefined): EndlessOrder | null {
  const { from, until } = (memo?.[endlessMemo] ?? {}) as Partial<EndlessOrder>;
  return from === undefined || until === undefined ? null : { from, until };
}

/** What a controller's memo says; one that was never paused has none. */
function pauseIn(memo: Readonly<Record<string, unknown>> | undefined): KeptPause {
  const { paused = false, note = '', since } = (memo?.[pauseMemo] ?? {}) as Partial<KeptPause>;
  return { paused, note, ...(since !== undefined && { since }) };
}
