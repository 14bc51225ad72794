import type { PartName } from '../../stack/part-name.ts';
import { precheck, precheckLines } from '../../stack/precheck.ts';
import { CommandError, configurationExitCode } from '../failure.ts';
import type { Printer } from './printer.ts';

/**
 * Says what is here, what will be fetched and how much disk that takes, before anything of it happens. Throws CommandError
 * when something is missing that the demo cannot fetch.
 */
export async function announce(stateDir: string, parts: readonly PartName[], printer: Printer): Promise<void> {
  const check = await precheck({ stateDir, parts });
  printer.heading('What the demo needs');
  printer.text(precheckLines(check).join('\n'));
  if (check.problems.length === 0) return;
  throw new CommandError('the demo cannot start: see what is missing above', { exitCode: configurationExitCode });
}
