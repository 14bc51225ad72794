import { z } from 'zod';
import { dag } from '../../workflows/engine/dag.ts';
import { databricksNotebook } from '../../workflows/operators/databricks.ts';

/** Many notebooks at once: each index submits one, and waits for its end. A try that anything but the notebook costs would be a second run. */
export const submits = dag(
  'submits',
  { schedule: null, params: z.object({ count: z.int().default(100), path: z.string().default('/Shared/nothing') }) },
  ({ task, map }) => {
    const list = task('list', { run: (_, { params }) => Array.from({ length: params.count }, (_index, at) => at) });
    map('submit', list, {
      maxActiveTisPerDagrun: 200,
      retries: 3,
      run: (_at, _inputs, { params }) => databricksNotebook({ notebookPath: params.path }).then(() => null),
    });
  },
);
