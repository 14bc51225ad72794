import type { Argument, Command, Option } from 'commander';
import { verbs } from './verbs.ts';

const head = `# Commands

\`npx tw <verb> --help\` says the same. Option names are Airflow's. Every verb that reads prints a table, and with \`--json\` one JSON document
for programs. What is not there is said in a sentence that names what there is.

| exit code | meaning |
| --- | --- |
| 0 | done |
| 1 | it failed, the run that it waited for failed, or what it was asked for is not there |
| 3 | \`tw stack status\`: not all of it runs |
| 78 | settings, set-up or the command line are wrong: trying again cannot help |

In a checkout \`tw\` builds first when a source has changed. Where the sources do not build, what takes up definitions stops with the
compiler's words and exit code 1: \`demo\`, \`dev\`, \`worker\`, \`schedules apply\` and \`diff\`, \`backfill create\`, \`dags new\` and \`test\`. All other
verbs say what is wrong on stderr and go on with the last good build, so a DAG that is half written keeps nobody from the runs of the others.
\`dags show\`, \`graph\`, \`next\` and \`trigger\` then know the DAGs as that build has them.
`;

const foot = `
This page is made from the commands themselves: \`npx tsx scripts/commands-page.ts > docs/commands.md\`.
`;

/** The page docs/commands.md as Markdown, from the commands' own words. */
export async function commandsPage(): Promise<string> {
  const sections: string[] = [];
  for (const { name, load } of verbs) {
    const commands = leavesOf(await load(), `tw ${name}`);
    sections.push(`\n## tw ${name}\n${commands.map(commandText).join('')}`);
  }
  return `${head}${sections.join('')}${foot}`;
}

interface Leaf {
  readonly path: string;
  readonly command: Command;
}

/** The commands that do something: those without commands below them, and those that do something all the same. */
function leavesOf(command: Command, path: string): readonly Leaf[] {
  const below = command.commands.flatMap((one) => leavesOf(one, `${path} ${one.name()}`));
  return below.length === 0 || command.options.length > 0 ? [{ path, command }, ...below] : below;
}

function commandText({ path, command }: Leaf): string {
  const { registeredArguments: args, options } = command;
  const usage = [path, ...args.map(argumentText), ...(options.length === 0 ? [] : ['[options]'])].join(' ');
  const rows = [
    ...args.map((argument) => row(argumentText(argument), argument.description)),
    ...options.map(optionRow),
  ];
  const described = rows.filter((text) => text !== '');
  const table = described.length === 0 ? '' : `\n| | |\n| --- | --- |\n${described.join('\n')}\n`;
  return `\n### \`${usage}\`\n\n${sentence(command.description())}\n${table}`;
}

function argumentText(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function optionRow(option: Option): string {
  const { flags, description, argChoices, defaultValue, negate } = option as Option & {
    readonly defaultValue?: unknown;
  };
  const choices = argChoices === undefined ? [] : [`one of ${argChoices.join(', ')}`];
  const standard = defaultValue === undefined || negate ? [] : [`by default ${String(defaultValue)}`];
  return row(flags, [description, ...choices, ...standard].join('; '));
}

/** What says nothing of itself has no row. */
function row(name: string, words: string): string {
  return words === ''
    ? ''
    : `| \`${name.replaceAll('|', '\\|')}\` | ${words.replaceAll('|', '\\|').replaceAll('<', '&lt;')} |`;
}

function sentence(words: string): string {
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1).replaceAll('<', '&lt;')}.`;
}

if (/commands-page\.[jt]s$/.test(process.argv[1] ?? '')) void commandsPage().then((page) => process.stdout.write(page));
