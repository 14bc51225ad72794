import { activitiesOn } from '../../workflows/engine/activities-on.ts';
import { dag, type DagWorkflow } from '../../workflows/engine/dag.ts';

const io = activitiesOn<{ echo(text: string): Promise<string> }>('io');

/** Forty tasks in a row, an activity each. */
export const dagChain = chainOf('dagChain', {});

/** The same, every try with a limit: a cancellation scope each, and one timer for the run. */
export const limitedChain = chainOf('limitedChain', { executionTimeout: '1 hour' });

function chainOf(
  id: string,
  defaultArgs: { readonly executionTimeout?: '1 hour' },
): DagWorkflow<Record<string, never>, Record<string, never>> {
  return dag(id, { schedule: null, defaultArgs }, ({ task }) => {
    let previous = task('t0', { run: () => io.echo('t0') });
    for (let n = 1; n < 40; n++) {
      const text = `t${n}`;
      previous = task(text, { after: [previous], run: () => io.echo(text) });
    }
  });
}
