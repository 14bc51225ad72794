import { Command } from 'commander';
import { runDev } from '../dev.ts';

/** `tw dev`: stack and worker, with the worker restarted on every change of what it runs. */
export function devCommand(): Command {
  return new Command('dev')
    .description('stack and worker for development; restarts the worker when a DAG or activity changes')
    .option('--databricks', 'and databricks-local with the notebooks of this checkout, also when they change')
    .action(runDev);
}
