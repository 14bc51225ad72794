import type { TaskDefinition } from './definition.ts';

type Run = TaskDefinition['run'];

/** A task's code in the form of a mapped one's, whose first argument is the item. */
export function unmappedRun(run: unknown): Run {
  const code = run as (inputs: unknown, context: unknown) => unknown;
  return (_, inputs, context) => code(inputs, context);
}

/** A task that gives a list to map over, of `longest` items at most, fails when what it gives is none. */
export function givingList(run: Run, dagId: string, taskId: string, longest: number): Run {
  return checked(run, (value) => {
    if (Array.isArray(value) && value.length > longest) {
      throw new RangeError(
        `task ${taskId} of DAG ${dagId} gave ${value.length} items, but a task is mapped over its result, and at most ${longest} fit: let it return ranges of them`,
      );
    }
    if (!Array.isArray(value)) {
      throw new TypeError(
        `task ${taskId} of DAG ${dagId} gave ${value === null ? 'null' : typeof value}, but a task is mapped over its result: let it return a list`,
      );
    }
  });
}

/** A branch fails when it chooses what is not among its choices. */
export function choosing(run: Run, dagId: string, taskId: string, choices: readonly string[]): Run {
  return checked(run, (value) => {
    const chosen: readonly unknown[] = value == null ? [] : Array.isArray(value) ? value : [value];
    const strange = chosen.find((one) => !choices.includes(one as string));
    if (strange !== undefined) {
      throw new RangeError(
        `branch ${taskId} of DAG ${dagId} chose ${JSON.stringify(strange)}, which is none of its choices: ${choices.join(', ')}`,
      );
    }
  });
}

/** In `then`, not in an async function: the SDK notes a stack for every promise of a workflow. */
function checked(run: Run, check: (value: unknown) => void): Run {
  return (item, inputs, context) => {
    const result = run(item, inputs, context);
    if (isPromiseLike(result)) {
      return result.then((value) => {
        check(value);
        return value;
      });
    }
    check(result);
    return result;
  };
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
