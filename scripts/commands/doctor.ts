import { Command } from 'commander';
import { readEnvironment } from '../../config/environment.ts';
import { hasAddress, serverNames, type ServerName } from '../../config/server-addresses.ts';
import { SettingsError } from '../../config/settings-error.ts';
import { parseSettings, type Settings } from '../../config/settings.ts';
import { precheck, precheckLines, type Precheck } from '../../stack/precheck.ts';
import { adviceFor, findPrerequisite, prerequisiteNames, type Prerequisite } from '../../stack/prerequisites.ts';
import type { CheckResult } from '../doctor-checks.ts';

interface Program {
  readonly name: Prerequisite;
  readonly path: string | undefined;
  readonly version: string;
}

interface Report {
  readonly node: string;
  readonly programs: readonly Program[];
  readonly stack: Precheck;
  readonly settingsProblems: readonly string[];
  /** Empty when neither settings nor a running stack say where servers are. */
  readonly servers: readonly CheckResult[];
}

/** `tw doctor`: what is here, what is missing and how to get it, and whether the servers of the settings answer. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('say what is here, what is missing and how to get it')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nexit codes: 0 all is well; 1 something is missing or does not answer')
    .action(async ({ json }: { readonly json?: true }) => {
      const report = await examine();
      console.log(json ? JSON.stringify(report, undefined, 2) : linesOf(report).join('\n'));
      const well =
        report.stack.problems.length === 0 &&
        report.settingsProblems.length === 0 &&
        report.servers.every(({ ok }) => ok);
      process.exitCode = well ? 0 : 1;
    });
}

async function examine(): Promise<Report> {
  const { stateDir } = parseSettings({ TW_STATE_DIR: readEnvironment()['TW_STATE_DIR'] });
  const [programs, stack] = await Promise.all([
    Promise.all(
      prerequisiteNames.map(async (name) => {
        const found = await findPrerequisite(name);
        return { name, path: found?.path, version: found?.version ?? '' };
      }),
    ),
    precheck({ stateDir }),
  ]);
  const { settings, known, problems } = readSettings();
  return {
    node: process.version,
    programs,
    stack,
    settingsProblems: problems,
    servers:
      settings === undefined || (known.length === 0 && settings.databricks === undefined)
        ? []
        : await checkServers(settings, known),
  };
}

async function checkServers(settings: Settings, known: readonly ServerName[]): Promise<readonly CheckResult[]> {
  // The clients take a second to load, which a machine without servers need not wait for.
  const { doctorChecks, runChecks } = await import('../doctor-checks.ts');
  const checks = doctorChecks.filter(({ server }) =>
    server === 'databricks' ? settings.databricks !== undefined : known.includes(server),
  );
  return await runChecks(settings, checks);
}

interface ReadSettings {
  /** Absent when a value cannot be read. */
  readonly settings?: Settings;
  /** Servers that something says where they are. */
  readonly known: readonly ServerName[];
  /** Servers without an address are a problem as soon as one has one: a run needs them all. */
  readonly problems: readonly string[];
}

function readSettings(): ReadSettings {
  try {
    const variables = readEnvironment();
    const known = serverNames.filter((server) => hasAddress(variables, server));
    const problems = problemsOf(() => parseSettings(variables, known.length === 0 ? [] : serverNames));
    if (problemsOf(() => parseSettings(variables)).length > 0) return { known, problems };
    return { settings: parseSettings(variables), known, problems };
  } catch (error) {
    if (error instanceof SettingsError) return { known: [], problems: error.problems };
    throw error;
  }
}

function problemsOf(read: () => Settings): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
}

function linesOf({ node, programs, stack, settingsProblems, servers }: Report): readonly string[] {
  return [
    'Programs',
    `  ${'node'.padEnd(10)} ${node}`,
    ...programs.map(({ name, path, version }) =>
      path === undefined
        ? `  ${name.padEnd(10)} not found: ${adviceFor(name)}${name === 'go' ? ' (only for --s3 versitygw)' : ''}`
        : `  ${name.padEnd(10)} ${version} ${path}`,
    ),
    'Local stack',
    ...precheckLines(stack),
    'Settings',
    ...(settingsProblems.length === 0 ? ['  all of them can be read'] : settingsProblems.map((line) => `  ${line}`)),
    'Servers of the settings',
    ...(servers.length === 0
      ? ['  none: the local stack is down ("tw stack up"), and no setting says where servers are']
      : servers.map(({ name, target, ok, text }) => `  ${ok ? 'ok  ' : 'FAIL'} ${name}: ${target}\n       ${text}`)),
  ];
}
