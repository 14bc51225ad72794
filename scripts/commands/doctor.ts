import { Command } from 'commander';
import { readEnvironment } from '../../config/environment.ts';
import { parseSettings, SettingsError, type Settings } from '../../config/settings.ts';
import { addressGiven, givenSettings } from '../../stack/given-settings.ts';
import { partNames } from '../../stack/part-name.ts';
import { chooseParts } from '../../stack/parts.ts';
import { precheck, precheckLines, type Precheck } from '../../stack/precheck.ts';
import { adviceFor, findPrerequisite, prerequisiteNames, type Prerequisite } from '../../stack/prerequisites.ts';
import { stackStatus } from '../../stack/status.ts';
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
  const { settings, problems } = readSettings();
  const running = stackStatus(stateDir).some(({ state }) => state === 'running');
  const given = chooseParts(partNames, 'ministack').some(({ part }) => addressGiven(part, givenSettings()));
  const known = settings !== undefined && (running || given);
  // The clients take a second to load, which a machine without servers need not wait for.
  const servers = known ? await (await import('../doctor-checks.ts')).runChecks(settings) : [];
  return { node: process.version, programs, stack, settingsProblems: problems, servers };
}

function readSettings(): { readonly settings?: Settings; readonly problems: readonly string[] } {
  try {
    return { settings: parseSettings(readEnvironment()), problems: [] };
  } catch (error) {
    if (error instanceof SettingsError) return { problems: error.problems };
    throw error;
  }
}

function linesOf({ node, programs, stack, settingsProblems, servers }: Report): readonly string[] {
  return [
    'Programs',
    `  ${'node'.padEnd(9)} ${node}`,
    ...programs.map(({ name, path, version }) =>
      path === undefined
        ? `  ${name.padEnd(9)} not found: ${adviceFor(name)}${name === 'go' ? ' (only for --s3 versitygw)' : ''}`
        : `  ${name.padEnd(9)} ${version} ${path}`,
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
