import type { AssetEvent } from '../../dag/assets.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import type { AssetLog } from '../shared/asset-log.ts';
import { notYet } from '../shared/poke.ts';
import type { RunLedger } from '../shared/run-ledger.ts';
import type { StepContext } from '../shared/step-context.ts';
import type { AssetControl, DagControl, PoolControl, PoolTurn, RunFinder, SlotRuns } from '../temporal/port.ts';
import type { ControlActivities, ControllerActivities, RunWaits } from './control-contract.ts';
import { createKept } from './kept.ts';
import { createUntilPastIsDone } from './until-past-is-done.ts';

/** What runs and controllers are kept and told by. */
export interface ControlPorts {
  readonly control: DagControl;
  readonly pools: PoolControl;
  readonly assets: AssetControl;
  readonly assetLog: AssetLog;
  readonly ledger: RunLedger;
  readonly slots: SlotRuns;
  readonly finder: RunFinder;
}

type OwnActivities = ControlActivities & ControllerActivities & RunWaits;

/** Each of the engine's own activities as a step. */
export type ControlSteps = {
  readonly [Name in keyof OwnActivities]: (
    input: Parameters<OwnActivities[Name]>[0],
    context: StepContext,
  ) => ReturnType<OwnActivities[Name]>;
};

/** A run that was terminated is noticed within so many milliseconds, where another one waits for it. */
const lookEvery = 15_000;

/** Makes the engine's own activities. */
export function createControl({ control, pools, assets, assetLog, ledger, slots, finder }: ControlPorts): ControlSteps {
  const kept = createKept(ledger);
  return {
    endedAttempt: kept.ended,
    keptTasks: kept.tasks,
    keptResults: kept.results,
    keepPart: (record) => ledger.writePart(record),
    partResults: kept.partResults,
    startNext: (run) => slots.startNext(run),
    requestTurn: (request) => control.requestTurn(request),
    takeSlots: (request) => pools.take(request),
    askSlotsAgain: async (requests) => {
      const answers = await Promise.all(
        requests.map(async (request) => ({ id: request.claim.id, turn: await pools.take(request) })),
      );
      const idsWhere = (is: (turn: PoolTurn) => boolean): readonly string[] =>
        answers.filter(({ turn }) => is(turn)).map(({ id }) => id);
      return {
        taken: idsWhere(({ go }) => go),
        dropped: idsWhere((turn) => !turn.go && turn.why === 'queue_full'),
      };
    },
    giveSlots: (release) => pools.give(release),
    tellAssets: async ({ events }) => {
      // The log first: whoever is told of an event can read it.
      const logged: AssetEvent[] = [];
      for (const event of events) logged.push(await assetLog.write(event));
      await assets.tell(logged);
    },
    recentDurations: async ({ dagId, limit }) => {
      const durations: number[] = [];
      for await (const { start, end } of ledger.list(dagId)) {
        if (start === null) continue;
        if (durations.push(Date.parse(end) - Date.parse(start)) === limit) break;
      }
      return durations;
    },
    closeRun: async (record) => {
      const { dagId, runId, executionId, runType, state } = record;
      const ended = { dagId, runId, executionId, runType, state, logicalDate: Date.parse(record.logicalDate) };
      try {
        await ledger.write(await kept.withKeptResults(record));
      } catch (error) {
        // A run that can never leave a record ends all the same, and its slot is another's.
        if (!(error instanceof AdapterError) || !error.canRetry) await control.runEnded(ended);
        throw error;
      }
      // The record first: whoever is told that a run has ended can read how.
      await control.runEnded(ended);
    },
    untilSomeEnded: async ({ runs }, { place, signal }) => {
      const ended = await control.endedAmong(runs, signal);
      if (ended.length > 0) return ended;
      throw notYet({ interval: lookEvery, factor: 1, maxWait: lookEvery }, place.attempt);
    },
    untilPastIsDone: createUntilPastIsDone({ finder, ledger, control }).untilPastIsDone,
    setSchedulePaused: ({ dagId, since, ...order }) => control.setSchedulePaused(dagId, order, since),
  };
}
