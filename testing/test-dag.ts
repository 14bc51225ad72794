import type { EngineActivities, IoActivities } from '../activities/steps/contract.ts';
import type { AssetEvent } from '../dag/assets.ts';
import type { DagDefinition, RunContext } from '../dag/definition.ts';
import { durationMs, type Duration } from '../dag/duration.ts';
import { checkParams } from '../dag/params.ts';
import { runIdentity } from '../dag/run-identity.ts';
import type { RunState, TaskState } from '../dag/states.ts';
import { openCallbacks } from '../workflows/engine/callbacks.ts';
import { statusOfRun, type RunStatus, type TaskAddress } from '../workflows/engine/queries.ts';
import { openBook } from '../workflows/engine/run-book.ts';
import { errorOf, withTroubles } from '../workflows/engine/run-end.ts';
import { openTasks } from '../workflows/engine/run-tasks.ts';
import type { TryRecord } from '../workflows/engine/task-record.ts';
import { driver } from './driver.ts';
import type { ActivityFakes, DagFake } from './fakes.ts';
import { withStandIns, type StandIns } from './stand-in.ts';
import { openClock } from './test-clock.ts';
import { testDesk, type Answers } from './test-desk.ts';
import { testHost } from './test-host.ts';
import type { TestPools } from './test-pools.ts';

/** A signal that a run is sent. */
export interface TestSignal {
  readonly name: string;
  readonly payload?: unknown;
  /** From the start of the run on; without it, at once. */
  readonly after?: Duration;
}

/** What a test wants of a run. */
export interface DagTestOptions<Io = IoActivities, Engine = EngineActivities> {
  /** When the run is due, or started: a slot of the DAG's timetable makes it scheduled, any other moment manual. Now by default. */
  readonly at?: Date;
  /** Key of the partition that the run is about; a slot of a timetable with partitions has its own. */
  readonly partitionKey?: string;
  /** What the run is given. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** What tasks call: fakes, or real functions. One that is called and not given fails the test. */
  readonly activities?: ActivityFakes<Io, Engine>;
  /** Stand-ins for DAGs that `triggerDag` triggers, by their ids. One that is triggered and not given fails the test. */
  readonly dags?: Readonly<Record<string, DagFake>>;
  /** Slots of pools, by their names; one that is left out has room for all. */
  readonly pools?: TestPools;
  /** Events of assets that have started the run. */
  readonly triggeringAssetEvents?: readonly AssetEvent[];
  /** Stand-ins for whole tasks, by their ids. */
  readonly tasks?: StandIns;
  /** What `waitForSignal` waits for. */
  readonly signals?: readonly TestSignal[];
  /** Answers to what `approve` and `choose` ask, by task id. What is not answered waits for its timeout. */
  readonly answers?: Answers;
}

/** How a run of a test ended. */
export interface DagTest {
  readonly state: Extract<RunState, 'success' | 'failed'>;
  /** State of every task; of a mapped one, a list in index order. */
  readonly states: Readonly<Record<string, TaskState | readonly TaskState[]>>;
  /** The run, as `tw runs show` would have it, with what went wrong in callbacks. */
  readonly status: RunStatus;
  /** Tries of a task, the first one first, by the run's own clock. Throws when there is no such task. */
  readonly tries: (address: TaskAddress) => readonly TryRecord[];
  /** Names of the assets that tasks have made, in that order. */
  readonly assets: readonly string[];
  /** Result of a task; throws when it has none. */
  readonly result: (address: TaskAddress) => unknown;
}

/**
 * Runs a DAG in this process, without a server, in milliseconds: the `run` of its tasks, by the engine's own trigger rules, tries,
 * limits, callbacks, deadlines and operators. Activities are the test's; time between tries and pokes, and whatever is waited for, is skipped. Throws when the
 * params are not right, when a stand-in or an answer is of no task, when an activity is called that the test does not give, and
 * when the run waits for what nobody brings. `Io` and `Engine` are the activities of a DAG that has other ones than the pipeline's.
 *
 * @example const { state, result } = await testDag(landPins, { activities: { io: { planLanding: () => [] } } });
 */
export async function testDag<Io extends object = IoActivities, Engine extends object = EngineActivities>(
  { definition }: { readonly definition: DagDefinition },
  options: DagTestOptions<NoInfer<Io>, NoInfer<Engine>> = {},
): Promise<DagTest> {
  const {
    at = new Date(),
    params: given,
    activities = {},
    tasks: standIns = {},
    signals = [],
    answers = {},
    dags = {},
    pools = {},
    partitionKey,
    triggeringAssetEvents,
  } = options;
  const clock = openClock(at.getTime());
  const tested = withStandIns(definition, standIns, (error) => drive.onDefect(error));
  const book = openBook(tested);
  for (const id of [...Object.keys(standIns), ...Object.keys(answers)]) book.task(id);
  const drive = driver(book, clock, definition.id);
  const { params, problems } = checkParams(definition, given);
  if (problems !== undefined) throw new Error(`the params of ${definition.id} are not right: ${problems.join('; ')}`);
  const identity = runIdentity(definition, { nominalTime: at, startTime: at, partitionKey });
  const context: RunContext = {
    dagId: definition.id,
    runId: `${definition.id}-test`,
    params,
    ...identity,
    ...(triggeringAssetEvents && { triggeringAssetEvents }),
  };
  const desk = testDesk(answers, clock, drive.onDefect);
  for (const { name, payload, after } of signals) {
    clock.after(after === undefined ? 0 : msOf(name, after), () => desk.deliver(name, payload));
  }
  const made: string[] = [];
  const host = testHost({ clock, desk, activities, dags, pools, made, ...drive });
  const callbacks = openCallbacks(tested, context, host, at);
  let state: RunState = 'running';
  // There have been no runs before: a deadline of the average runtime is none.
  callbacks.watchDeadlines(() => state, []);
  const end = await drive.toEnd(
    openTasks({ definition: tested, book, context, host, callbacks, onChange: () => undefined }).run(),
  );
  const error = errorOf(book, end);
  const ended = error === null ? 'success' : 'failed';
  state = ended;
  await drive.toEnd(callbacks.endRun(ended, error));
  return {
    state: ended,
    states: Object.fromEntries(
      definition.tasks.map(({ id }) => {
        const states = [...book.plan.states(id)];
        return [id, book.plan.length(id) === null ? (states[0] ?? 'none') : states];
      }),
    ),
    status: withTroubles(statusOfRun(context, ended, book.instances, { limit: Number.POSITIVE_INFINITY }), callbacks),
    tries: book.tries,
    assets: made,
    result: book.result,
  };
}

function msOf(signal: string, after: Duration): number {
  const ms = durationMs(after);
  if (ms === undefined)
    throw new Error(`signal ${signal} comes after '${after}'; write a number and a unit, for example '2 minutes'`);
  return ms;
}
