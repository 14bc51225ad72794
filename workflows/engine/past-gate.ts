import { isCancellation } from '@temporalio/workflow';
import type { DagDefinition, RunContext } from '../../dag/definition.ts';
import type { TaskInstance } from '../../dag/planner.ts';
import type { HostScope, TaskHost } from './current-task.ts';
import type { TaskBook } from './run-book.ts';
import { withPools, type PooledSlots, type PoolParts } from './task-pools.ts';
import { openSlots } from './task-slots.ts';

/** The slots of a run, and before them the gate of what depends on the run before (Airflow's `depends_on_past`). */
export interface GatedSlots extends PooledSlots {
  /** Whether an instance may ask for its slots; one that may not yet comes with {@link passed} when it may. */
  readonly passes: (instance: TaskInstance) => boolean;
  /** Those that may now, each once. */
  readonly passed: () => readonly TaskInstance[];
  /** Lets all pass, now and later: for a run that is being ended, in which who begins gives up. */
  readonly open: () => void;
}

/** What the gate works with. */
interface GateParts {
  readonly definition: DagDefinition;
  readonly context: RunContext;
  readonly slots: PooledSlots;
  readonly host: Pick<TaskHost, 'openScope' | 'untilPastIsDone'>;
  readonly book: Pick<TaskBook, 'record'>;
  /** Told that some have passed, outside of whoever asked. */
  readonly onPassed: () => void;
  readonly onDefect: (error: unknown) => void;
}

/** All that stands between an instance that is ready and its beginning: the past, the run's own slots, and those of pools. */
export function slotsOf(
  definition: DagDefinition,
  context: RunContext,
  parts: Omit<PoolParts, 'definition' | 'inRun'> & Pick<GateParts, 'host' | 'onPassed'>,
): GatedSlots {
  const slots = withPools({ ...parts, definition, inRun: openSlots(definition) });
  return withPast({ ...parts, definition, context, slots });
}

/** Instances of one task: the run before is looked at once for all of them. */
interface Line {
  readonly downstream: readonly string[];
  readonly waiting: Map<number, TaskInstance>;
  /** Those that have passed and have not been fetched. */
  readonly passed: Map<number, TaskInstance>;
  /** Whether the run before is done with the task; until one of its instances is cleared. */
  isOpen: boolean;
  /** The look that goes on. */
  look: HostScope | undefined;
}

/** Adds the gate to the slots of a run. It costs nothing in a DAG of which no task depends on the past, and asks nobody in a test. */
function withPast({ definition, context, slots, host, book, onPassed, onDefect }: GateParts): GatedSlots {
  const { untilPastIsDone } = host;
  const lines = untilPastIsDone === undefined ? new Map<string, Line>() : linesOf(definition);
  if (untilPastIsDone === undefined || lines.size === 0)
    return { ...slots, passes: () => true, passed: () => [], open: () => undefined };

  function look(taskId: string, line: Line): void {
    const { downstream } = line;
    const scope = host.openScope();
    line.look = scope;
    scope
      .run(() => untilPastIsDone?.({ taskId, downstream }, definition, context) ?? Promise.resolve())
      .then(
        () => {
          if (line.look !== scope) return;
          line.look = undefined;
          line.isOpen = true;
          letPass(line);
          onPassed();
        },
        (error: unknown) => {
          if (line.look === scope && !isCancellation(error)) onDefect(error);
        },
      );
  }

  function letPass({ waiting, passed }: Line): void {
    for (const [mapIndex, instance] of waiting) {
      book.record(instance).wait = undefined;
      passed.set(mapIndex, instance);
    }
    waiting.clear();
  }

  function endLook(line: Line): void {
    const { look: scope } = line;
    line.look = undefined;
    scope?.cancel();
  }

  function drop({ taskId, mapIndex }: TaskInstance, line: Line): void {
    line.passed.delete(mapIndex);
    if (!line.waiting.delete(mapIndex)) return;
    book.record({ taskId, mapIndex }).wait = undefined;
    if (line.waiting.size === 0) endLook(line);
  }

  return {
    ...slots,
    passes: (instance) => {
      const line = lines.get(instance.taskId);
      if (line === undefined || line.isOpen) return true;
      const { taskId, mapIndex } = instance;
      line.waiting.set(mapIndex, instance);
      book.record(instance).wait = { state: 'scheduled', what: whatOf(taskId, line) };
      if (line.look === undefined) look(taskId, line);
      return false;
    },
    passed: () =>
      [...lines.values()].flatMap(({ passed }) => {
        const instances = [...passed.values()];
        passed.clear();
        return instances;
      }),
    open: () => {
      for (const line of lines.values()) {
        line.isOpen = true;
        letPass(line);
        endLook(line);
      }
    },
    follow: (instance, state) => {
      const line = lines.get(instance.taskId);
      if (line !== undefined && state !== 'scheduled') {
        drop(instance, line);
        // Cleared: the run before may have been cleared with it.
        if (state === 'none') line.isOpen = false;
      }
      slots.follow(instance, state);
    },
    isWaiting: () =>
      slots.isWaiting() || [...lines.values()].some(({ waiting, passed }) => waiting.size > 0 || passed.size > 0),
  };
}

function linesOf({ tasks }: DagDefinition): Map<string, Line> {
  const onPast = tasks.filter(({ dependsOnPast }) => dependsOnPast === true);
  return new Map(
    onPast.map(({ id, waitForDownstream = false }) => {
      const below = waitForDownstream ? tasks.filter(({ upstream }) => upstream.includes(id)) : [];
      const downstream = below.map((task) => task.id);
      return [id, { downstream, waiting: new Map(), passed: new Map(), isOpen: false, look: undefined }];
    }),
  );
}

function whatOf(taskId: string, { downstream }: Line): string {
  return downstream.length === 0
    ? `until ${taskId} of the run before is done (dependsOnPast)`
    : `until ${taskId} of the run before and what is below it there are done (waitForDownstream)`;
}
