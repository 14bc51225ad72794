import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { checkoutFolder } from './build-folder.ts';
import { configurationExitCode, explainFailure } from './failure.ts';
import { verbs } from './verbs.ts';

const [, , first, second] = process.argv;
const asked = verbs.find(({ name }) => name === (first === 'help' ? second : first));
const about = readFileSync(join(checkoutFolder(), 'package.json'), 'utf8');
const program = new Command('tw')
  .description('Tradewind: the Pinterest data pipeline on Temporal, with the concepts of Airflow')
  // With a regular expression, since a command line should start at once and this is all that it wants of the file.
  .version(/"version": "([^"]+)"/.exec(about)?.[1] ?? 'unknown');
likeProgram(program);

if (asked === undefined) {
  for (const { name, summary } of verbs) program.command(name, { hidden: false }).description(summary);
} else {
  program.addCommand(likeProgram(await asked.load()));
}

try {
  if (process.argv.length <= 2) program.help();
  await program.parseAsync();
} catch (error) {
  // A command line that is wrong stays so: a supervisor must not start it again.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : configurationExitCode;
  else {
    const { text, exitCode } = explainFailure(error);
    process.stderr.write(`tw: ${text}\n`);
    process.exitCode = exitCode;
  }
}

/** Lets a command and all below it say what is wrong in the same way: a command takes over nothing of what it is added to. */
function likeProgram(command: Command): Command {
  command.commands.forEach(likeProgram);
  return command.showHelpAfterError('(add --help to see what there is)').exitOverride();
}
