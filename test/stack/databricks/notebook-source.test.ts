import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inheritedEnvironment } from '../../../config/environment.ts';
import { requirePrerequisite } from '../../../stack/prerequisites.ts';

const root = join(__dirname, '../../..');

/** Runs a file of Python's own tests beside this one, without Spark; what it printed. */
async function unitTests(file: string): Promise<string> {
  const python = await requirePrerequisite('python', 'the tests of the notebook runner');
  const { stderr } = await promisify(execFile)(python.path, [join(__dirname, 'spark', file)], {
    env: {
      ...inheritedEnvironment(),
      PYTHONPATH: join(root, 'stack/databricks'),
      PYTHONDONTWRITEBYTECODE: '1',
    },
  });
  return stderr;
}

test('notebooks are read as Databricks reads them', async () => {
  expect(await unitTests('test_notebook_source.py')).toMatch(/Ran 2\d tests[\s\S]*OK/);
});
