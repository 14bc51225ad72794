import { labelled } from '../dag/edge-label.ts';
import { dag } from '../workflows/engine/dag.ts';

/**
 * Edges for order alone. Airflow: `>>`, `chain`, `cross_downstream`, `Label`. Where a result is used, `needs` makes the edge.
 */
export const orderedSteps = dag('orderedSteps', { schedule: null }, ({ task, chain, crossDownstream }) => {
  const step = (id: string) => task(id, { run: () => id });
  const [open, left, right, check, mail, post] = [
    step('open'),
    step('left'),
    step('right'),
    step('check'),
    step('mail'),
    step('post'),
  ];
  // open >> [left, right] >> check
  chain(open, [left, right], check);
  // [check, right] >> mail, [check, right] >> post
  crossDownstream([check, right], [mail, post]);
  // post >> Label('when all is out') >> close
  task('close', { after: [mail, labelled(post, 'when all is out')], run: () => 'closed' });
});
