import fc from 'fast-check';
import type { DagDefinition, RunContext } from '../../dag/definition.ts';
import { resumable } from '../../dag/clearable.ts';
import type { TaskInstanceRecord } from '../../dag/run-record.ts';
import { markableStates } from '../../dag/mark.ts';
import type { TaskInstance } from '../../dag/planner.ts';
import { isFinished, type TaskState } from '../../dag/states.ts';
import { openClock } from '../../testing/test-clock.ts';
import { testDesk } from '../../testing/test-desk.ts';
import { testHost } from '../../testing/test-host.ts';
import { openCallbacks } from '../../workflows/engine/callbacks.ts';
import { openEdits, type EditedInstance } from '../../workflows/engine/edits.ts';
import { openBook, type KeptTask, type RunBook } from '../../workflows/engine/run-book.ts';
import { instanceRecord } from '../../workflows/engine/run-record.ts';
import { openTasks } from '../../workflows/engine/run-tasks.ts';
import { define } from '../dag/define.ts';

/** A DAG of a few tasks, what each of its tries does, and what somebody does meanwhile. */
interface Plot {
  readonly tasks: readonly {
    readonly upstream: readonly number[];
    readonly rule: 'all_success' | 'all_done' | 'none_failed';
    readonly mapped: boolean;
    readonly retries: number;
  }[];
  readonly maxActiveTasks: number | undefined;
  readonly failFast: boolean;
  /** Milliseconds that a try takes, that it takes to stop, and whether it fails; used one after the other. */
  readonly tries: readonly (readonly [length: number, stopping: number, fails: boolean])[];
  readonly edits: readonly {
    readonly at: number;
    readonly state: (typeof markableStates)[number] | 'cleared';
    readonly task: number;
    readonly upstream: boolean;
    readonly downstream: boolean;
    readonly onlyFailed: boolean;
  }[];
  readonly cancelAt: number | undefined;
}

const task = fc.record({
  upstream: fc.array(fc.nat(5), { maxLength: 3 }),
  rule: fc.constantFrom('all_success' as const, 'all_success' as const, 'all_done' as const, 'none_failed' as const),
  mapped: fc.boolean(),
  retries: fc.nat(2),
});
const edit = fc.record({
  at: fc.nat(60),
  state: fc.constantFrom(...markableStates, 'cleared' as const, 'cleared' as const, 'cleared' as const),
  task: fc.nat(5),
  upstream: fc.boolean(),
  downstream: fc.boolean(),
  onlyFailed: fc.boolean(),
});
const plot: fc.Arbitrary<Plot> = fc.record({
  tasks: fc.array(task, { minLength: 1, maxLength: 6 }),
  maxActiveTasks: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  failFast: fc.boolean(),
  tries: fc.array(fc.tuple(fc.nat(20), fc.nat(8), fc.boolean()), { minLength: 1, maxLength: 20 }),
  edits: fc.array(edit, { maxLength: 8 }),
  cancelAt: fc.option(fc.nat(60), { nil: undefined, freq: 6 }),
});

const dates = new Date('2026-03-01T00:00:00Z');
const context: RunContext = {
  dagId: 'sample',
  runId: 'run',
  params: {},
  runType: 'manual',
  logicalDate: dates,
  dataInterval: { start: dates, end: dates },
};

/** Plays a plot. Throws for what must never be. */
async function play(
  { tasks: plotted, maxActiveTasks, failFast, tries, edits: planned, cancelAt }: Plot,
  before?: RunBook,
): Promise<RunBook> {
  const clock = openClock(dates.getTime());
  let defect: unknown;
  const onDefect = (error: unknown): void => void (defect ??= error);
  const nothing = (): void => undefined;
  const desk = testDesk({}, clock, onDefect);
  const host = testHost({
    clock,
    desk,
    activities: {},
    dags: {},
    pools: {},
    made: [],
    follow: nothing,
    followWait: nothing,
    onDefect,
  });
  const running = new Set<string>();
  let tried = 0;

  async function attempt(instance: TaskInstance, upstream: readonly string[], strict: boolean): Promise<string> {
    const key = `${instance.taskId}[${instance.mapIndex}]`;
    if (running.has(key)) onDefect(new Error(`${key} runs twice at once`));
    running.add(key);
    if (running.size > (maxActiveTasks ?? Number.POSITIVE_INFINITY)) onDefect(new Error(`${running.size} run at once`));
    // What has begun goes on, between two tries, too.
    const goesOn = book.record(instance).tries.at(-2)?.state === 'up_for_retry';
    for (const id of strict && !goesOn ? upstream : []) {
      const states = book.plan.states(id);
      if (!states.every((state) => state === 'success'))
        onDefect(new Error(`${key} began over ${id}: ${states.join()}`));
    }
    const [length, stopping, fails] = tries[tried++ % tries.length] ?? [0, 0, false];
    try {
      await host.sleep(length, key);
      if (fails) throw new Error('told to');
      return key;
    } catch (error) {
      await host.openShield().run(() => host.sleep(stopping, key));
      throw error;
    } finally {
      running.delete(key);
    }
  }

  // The language has no other rule in a DAG that fails fast.
  const isFast = failFast && plotted.every(({ rule }) => rule === 'all_success');
  const ids = plotted.map((_, at) => `t${at}`);
  const definition: DagDefinition = define(
    ({ task: add, map }) => {
      const made: ReturnType<typeof add>[] = [];
      for (const [at, { upstream, rule, mapped, retries }] of plotted.entries()) {
        const id = ids[at] ?? '';
        const own = [...new Set(upstream.filter((one) => one < at))];
        const above = own.map((one) => ids[one] ?? '');
        const options = {
          after: own.map((one) => made[one] as never),
          triggerRule: rule,
          retries,
          retryDelay: '5 milliseconds',
        } as const;
        const run = (index: number): Promise<string> =>
          attempt({ taskId: id, mapIndex: index }, above, rule === 'all_success');
        made.push(
          (mapped
            ? map(id, [0, 1], { ...options, run: (item: number) => run(item) })
            : add(id, { ...options, run: () => run(-1) })) as never,
        );
      }
    },
    { failFast: isFast, ...(maxActiveTasks !== undefined && { maxActiveTasks }) },
  );
  const book = openBook(definition, before === undefined ? [] : keptOf(before));
  if (before !== undefined) book.clear(resumable({ tasks: recordsOf(before) }));
  const callbacks = openCallbacks(definition, context, host, dates);
  const scope = host.openScope();
  const stage = { ended: false };
  const last = new Map<string, TaskState>();
  const run = scope.run(async () => {
    const tasks = openTasks({ definition, book, context, host, callbacks, onChange: nothing });
    const edits = openEdits({ definition, book, context, tasks });
    for (const { at, state, task: one, upstream, downstream, onlyFailed } of planned) {
      clock.after(at, () => {
        const request = {
          taskIds: [ids[one % ids.length] ?? ''],
          includeUpstream: upstream,
          includeDownstream: downstream,
        };
        let edited: readonly EditedInstance[] = [];
        try {
          edited = state === 'cleared' ? edits.clear({ ...request, onlyFailed }) : edits.mark({ ...request, state });
        } catch (error) {
          if (!String(error).includes('ask again when it is over')) onDefect(error);
        }
        for (const { taskId, mapIndex, to } of edited) last.set(`${taskId}[${mapIndex}]`, to);
      });
    }
    if (cancelAt !== undefined) clock.after(cancelAt, scope.cancel);
    const end = await tasks.run();
    tasks.close();
    return end;
  });
  run.then(() => (stage.ended = true), onDefect);
  while (!stage.ended) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    if (defect !== undefined) throw defect;
    if (!stage.ended && !clock.advance())
      throw new Error(
        `stuck: ${book
          .statuses()
          .map(({ label, state }) => `${label} ${state}`)
          .join()}`,
      );
  }
  if (running.size > 0) throw new Error(`${[...running].join()} run on after the end`);
  for (const { label, taskId, mapIndex, state } of book.statuses()) {
    if (!isFinished(state)) throw new Error(`${label} is ${state} at the end`);
    const wanted = last.get(`${taskId}[${mapIndex}]`);
    if (wanted !== undefined && isFinished(wanted) && state !== wanted)
      throw new Error(`${label} was marked ${wanted} and is ${state}`);
    const numbers = book
      .record({ taskId, mapIndex })
      .tries.map(({ tryNumber, end }) => (end === null ? 'open' : tryNumber));
    expect(numbers).toEqual(numbers.map((_, at) => at + 1));
  }
  return book;
}

function recordsOf(book: RunBook): readonly TaskInstanceRecord[] {
  return book.statuses().map((status) => instanceRecord(status, book.record(status)));
}

function keptOf(book: RunBook): readonly KeptTask[] {
  return recordsOf(book).map(({ result, ...one }) => ({
    ...one,
    hasResult: result !== undefined,
    ...(result !== undefined && { value: JSON.parse(result) as unknown }),
  }));
}

test('edits, whenever they come, never let two tries of a task run at once, nor a task before its upstream, and marks last', async () => {
  const played = async (one: Plot): Promise<void> => void (await play(one));
  await fc.assert(fc.asyncProperty(plot, played), { numRuns: 500 });
});

test('a run that is resumed runs what failed and what was given up, and nothing else again', async () => {
  await fc.assert(
    fc.asyncProperty(plot, async (one) => {
      const first = await play({ ...one, edits: [] });
      const second = await play({ ...one, edits: [], cancelAt: undefined, tries: [[1, 0, false]] }, first);
      for (const status of second.statuses()) {
        const [was] = recordsOf(first).filter(({ label }) => label === status.label);
        const more = second.record(status).tries.length - (was?.tries.length ?? 0);
        expect([status.label, status.state, more]).toEqual([status.label, 'success', was?.state === 'success' ? 0 : 1]);
      }
    }),
    { numRuns: 500 },
  );
});
