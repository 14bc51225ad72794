import { activitiesOn } from '../workflows/engine/activities-on.ts';
import { dag } from '../workflows/engine/dag.ts';
import { approve, choose } from '../workflows/operators/choose.ts';
import type { ExampleActivities } from './activities.ts';

const io = activitiesOn<ExampleActivities>('io');

/**
 * Asks a person. Airflow 3.1: ApprovalOperator, HITLBranchOperator. The task is `awaiting_input` until the run's update `answer`
 * brings an answer; here nobody's answer is a no. A short circuit makes a no skip what is below, a branch follows the choice.
 */
export const askedFirst = dag('askedFirst', { schedule: null }, ({ task, shortCircuit, branch }) => {
  const release = shortCircuit('release', {
    run: () =>
      approve({ subject: 'Publish the figures?', body: 'See the *report*.', timeout: '1 day', defaults: 'Reject' }),
  });
  const where = branch('where', {
    after: [release],
    choices: ['everywhere', 'inside'],
    run: () => choose({ subject: 'For whom?', options: ['everywhere', 'inside'] }),
  });
  task('everywhere', { after: [where], run: () => io.publish({ rows: 1_000 }) });
  task('inside', { after: [where], run: () => io.publish({ rows: 10 }) });
});
