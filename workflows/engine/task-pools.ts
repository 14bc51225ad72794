import type { DagDefinition, TaskDefinition } from '../../dag/definition.ts';
import type { TaskInstance } from '../../dag/planner.ts';
import { taskLimitPool } from '../../dag/pool.ts';
import { effectiveWeights } from '../../dag/priority.ts';
import type { TaskState } from '../../dag/states.ts';
import { taskLabel, type TaskHost } from './current-task.ts';
import type { TaskBook } from './run-book.ts';
import type { PoolSlots, SlotOrder, SlotWait } from './slot-order.ts';
import type { TaskSlots } from './task-slots.ts';

/**
 * The slots of a run, and with them those of pools that its task instances hold while they run: Airflow's pools, and
 * `max_active_tis_per_dag`. The run's own come first; an instance that waits for a pool holds them.
 */
export interface PooledSlots extends TaskSlots {
  /** Takes slots of pools again that an instance gave back while it waited; `undefined` for a task that needs none. */
  readonly regain: (instance: TaskInstance) => ((onTaken: () => void) => void) | undefined;
  /** Whether somebody waits for a pool. */
  readonly isWaiting: () => boolean;
  /** Ends when the pools know all that was given back; `undefined` when there is nothing to wait for. */
  readonly settled: () => Promise<void> | undefined;
}

/** What the pools of a run work with. */
export interface PoolParts {
  readonly definition: DagDefinition;
  /** The run's own slots. */
  readonly inRun: TaskSlots;
  readonly host: Pick<TaskHost, 'openPoolSlots'>;
  readonly book: Pick<TaskBook, 'record'>;
  /** Told that what an instance waits for has changed. */
  readonly onChange: () => void;
  readonly onDefect: (error: unknown) => void;
  /** Runs code in the run's own scope. */
  readonly atHome: (work: () => void) => Promise<void>;
}

/** What an instance claims. */
interface Holding {
  readonly gives: (() => void)[];
  /** Set while it waits. */
  begin: (() => void) | undefined;
}

/** States in which an instance keeps what it claims. */
const keeping: readonly TaskState[] = ['scheduled', 'queued', 'running', 'restarting'];

/** Adds pools to the slots of a run. They cost nothing in a DAG that names none. */
export function withPools({ definition, inRun, host, book, onChange, onDefect, atHome }: PoolParts): PooledSlots {
  const orders = ordersOf(definition);
  const none = { regain: () => undefined, isWaiting: () => false, settled: () => undefined };
  if (orders.size === 0) return { ...inRun, ...none };
  const holdings = new Map<string, Holding>();
  let pools: PoolSlots | undefined;
  let waiting = 0;
  let unlimited = false;

  function onWait(instance: TaskInstance, what: string | undefined): void {
    book.record(instance).wait = what === undefined ? undefined : { state: 'queued', what };
    onChange();
  }

  function give(key: string): void {
    const holding = holdings.get(key);
    if (holding === undefined) return;
    holdings.delete(key);
    if (holding.begin !== undefined) waiting--;
    for (const back of holding.gives) back();
  }

  function take(instance: TaskInstance, wanted: readonly TaskOrder[], begin: () => void): void {
    pools ??= host.openPoolSlots(onDefect);
    const { take: ask } = pools;
    const key = keyOf(instance);
    const holding: Holding = { gives: [], begin };
    const label = `${definition.id}.${taskLabel(instance.taskId, book.record(instance).mapLabel)}`;
    holdings.set(key, holding);
    waiting++;
    // One after the other, in one order for all, so that no two wait for each other.
    const next = (at: number): void => {
      const order = wanted[at];
      if (holdings.get(key) !== holding) return;
      if (order === undefined) {
        holding.begin = undefined;
        waiting--;
        onWait(instance, undefined);
        begin();
        return;
      }
      // Goes on when the slots are there and how to give them back is noted: a task may end within the very call.
      let isReady = false;
      const go = (): void => {
        if (isReady) next(at + 1);
        else isReady = true;
      };
      holding.gives.push(ask({ ...order, label }, go, (wait) => onWait(instance, waitText(order, wait))));
      go();
    };
    next(0);
  }

  return {
    ...inRun,
    ask: (instance, begin) => {
      const wanted = orders.get(instance.taskId);
      if (wanted === undefined) return inRun.ask(instance, begin);
      let isInTurn = true;
      let hasBegun = false;
      const taken = (): void => {
        hasBegun = true;
        if (isInTurn) begin();
        else atHome(begin).then(undefined, onDefect);
      };
      inRun.ask(instance, () => {
        if (unlimited) {
          begin();
          return;
        }
        inRun.follow(instance, 'running');
        take(instance, wanted, taken);
      });
      isInTurn = false;
      return hasBegun;
    },
    follow: (instance, state) => {
      inRun.follow(instance, state);
      if (!keeping.includes(state)) give(keyOf(instance));
    },
    unlimit: () => {
      unlimited = true;
      inRun.unlimit();
      for (const [key, { begin }] of holdings) {
        if (begin === undefined) continue;
        give(key);
        begin();
      }
    },
    regain: (instance) => {
      const wanted = orders.get(instance.taskId);
      return wanted && ((onTaken) => take(instance, wanted, onTaken));
    },
    isWaiting: () => waiting > 0,
    settled: () => pools?.settled(),
  };
}

type TaskOrder = Omit<SlotOrder, 'label'>;

/** What instances of a task need; a task that needs nothing is left out. */
function ordersOf({ id: dagId, tasks }: DagDefinition): ReadonlyMap<string, readonly TaskOrder[]> {
  const needy = tasks.filter(({ pool, maxActiveTisPerDag }) => pool !== undefined || maxActiveTisPerDag !== undefined);
  if (needy.length === 0) return new Map();
  const weights = effectiveWeights(tasks);
  const orders = ({ id, pool, poolSlots = 1, maxActiveTisPerDag: size }: TaskDefinition): readonly TaskOrder[] => {
    const weight = weights.get(id) ?? 1;
    return [
      ...(size === undefined ? [] : [{ pool: taskLimitPool(dagId, id), slots: 1, weight, size }]),
      ...(pool === undefined ? [] : [{ pool, slots: poolSlots, weight, size: undefined }]),
    ];
  };
  return new Map(needy.map((task) => [task.id, orders(task)]));
}

function waitText({ pool, slots, size }: TaskOrder, wait: SlotWait): string {
  if (size !== undefined) return `until fewer than ${size} of it run in all runs (maxActiveTisPerDag)`;
  const what = slots === 1 ? 'a slot' : `${slots} slots`;
  if (wait.why === 'no_pool') return `for ${what} of the pool ${pool}, which there is not: tw pools set ${pool} SLOTS`;
  if (wait.why === 'too_small')
    return `for ${what} of the pool ${pool}, which has ${wait.slots}: tw pools set ${pool} SLOTS`;
  return `for ${what} of the pool ${pool}${wait.ahead === 0 ? '' : `, after ${wait.ahead} others`}`;
}

function keyOf({ taskId, mapIndex }: TaskInstance): string {
  return `${taskId}/${mapIndex}`;
}
