import { Command } from 'commander';
import { checkoutFolder } from '../build-folder.ts';
import { planNewDag, writeNewDag } from '../dags/new-dag.ts';

interface Options {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `tw dags new`: a DAG that runs, with a test that passes, to write one's own over. */
export function dagsNewCommand(): Command {
  return new Command('new')
    .description('write a DAG that runs, with its test, and name it in workflows/index.ts')
    .argument('<name>', 'its id, for example landPins; the file is then land-pins.ts')
    .option('--dry-run', 'say what would be written, and write nothing')
    .option('--json', 'print JSON')
    .action((name: string, { dryRun = false, json = false }: Options) => {
      const checkout = checkoutFolder();
      const files = planNewDag(checkout, name);
      if (!dryRun) writeNewDag(checkout, files);
      if (json) {
        console.log(JSON.stringify({ dagId: name, written: !dryRun, files: files.map(({ path }) => path) }));
        return;
      }
      const verb = dryRun ? 'would write' : 'wrote';
      for (const { path, isThere } of files) console.log(`${isThere && !dryRun ? 'added to' : verb} ${path}`);
      const [, test] = files;
      if (!dryRun) console.log(`test it: npx jest ${test?.path} --selectProjects pure`);
    });
}
