import { z } from 'zod';
import { dag } from '../workflows/engine/dag.ts';
import { databricksNotebook, databricksRunNow, databricksSubmitRun } from '../workflows/operators/databricks.ts';

/**
 * Work that runs on Databricks. Airflow: DatabricksNotebookOperator, DatabricksSubmitRunOperator, DatabricksRunNowOperator. No worker is busy
 * while it runs, it runs once in a try, and who cancels the task cancels it, too. docs/databricks.md says how to name a workspace.
 */
export const onDatabricks = dag('onDatabricks', { schedule: null, defaultArgs: { retries: 2 } }, ({ task }) => {
  const rows = task('rows', {
    executionTimeout: '2 hours',
    run: (_, { logicalDate }) =>
      databricksNotebook({
        notebookPath: '/Shared/count-rows',
        baseParameters: { day: logicalDate.toISOString().slice(0, 10) },
        // What the notebook gives to dbutils.notebook.exit, as JSON.
        output: z.object({ rows: z.int() }),
      }),
  });
  task('both', {
    needs: { rows },
    run: ({ rows: { output } }) =>
      databricksSubmitRun({
        tasks: [
          { taskKey: 'load', notebook: { notebookPath: '/Shared/load', baseParameters: { rows: `${output.rows}` } } },
          { taskKey: 'publish', dependsOn: ['load'], notebook: { notebookPath: '/Shared/publish' } },
        ],
      }),
  });
  task('nightly', { run: () => databricksRunNow({ jobName: 'nightly', jobParameters: { mode: 'full' } }) });
});
