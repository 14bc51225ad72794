import { Command, InvalidArgumentError } from 'commander';
import { runDemo } from '../demo/demo.ts';

/** `tw demo`: the whole daily batch on real servers, from nothing to answers. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('run the whole daily batch on real servers and show its answers')
    .option('--posts <n>', 'posts of this run (default 1000)', positiveInteger)
    .option('--rows <dir>', 'post pin.jsonl, geo.jsonl and user.jsonl of a folder, on a fresh state of its own')
    .option('--keep', 'leave servers and worker up afterwards')
    .option('--kill', 'kill the worker (SIGKILL) in the middle of the run')
    .option('--fresh', 'forget earlier days first')
    .option('--databricks', 'notebooks on Spark clean and answer as well, and the answers are compared (560 MB more)')
    .option('--json <file>', 'write answers, row counts and timings there')
    .action(runDemo);
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('use a whole number from 1 up');
  return value;
}
