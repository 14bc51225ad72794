import { DagDefinitionError } from './definition-error.ts';
import type { TaskEdges } from './draft-edges.ts';

/**
 * The tasks in an order in which each comes after those it depends on: that of their definition, where it is one. Throws
 * a definition error that names the tasks of a cycle.
 */
export function taskOrder(dagId: string, edges: TaskEdges): readonly string[] {
  const order: string[] = [];
  const done = new Set<string>();
  for (const start of edges.keys()) {
    // A stack of its own: a chain of thousands of tasks is deeper than the stack of calls.
    const path: { readonly id: string; readonly rest: Iterator<string> }[] = [];
    const onPath = new Set<string>();
    const enter = (id: string): void => {
      if (done.has(id)) return;
      if (onPath.has(id)) {
        const ids = path.map((step) => step.id);
        // The path goes against the edges.
        const cycle = [id, ...ids.slice(ids.indexOf(id)).toReversed()];
        throw new DagDefinitionError(dagId, `its edges go in a circle, ${told(cycle)}: take one of them out`);
      }
      onPath.add(id);
      path.push({ id, rest: (edges.get(id) ?? new Map<string, undefined>()).keys() });
    };
    enter(start);
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const next = step.rest.next();
      if (next.done !== true) enter(next.value);
      else {
        path.pop();
        onPath.delete(step.id);
        done.add(step.id);
        order.push(step.id);
      }
    }
  }
  return order;
}

function told(cycle: readonly string[]): string {
  return cycle.length <= 12
    ? cycle.join(' → ')
    : `${cycle.slice(0, 10).join(' → ')} → (${cycle.length - 11} more) → ${cycle.at(-1)}`;
}
