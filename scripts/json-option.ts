import { CommandError, configurationExitCode as exitCode } from './failure.ts';

/** An option whose value is a JSON object. Throws CommandError, with an example to follow, for any other text. */
export function jsonOption(name: string, text: string, example: string): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new CommandError(`${name} is not JSON; write for example ${name} '${example}'`, { exitCode });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new CommandError(`${name} is not a JSON object; write for example ${name} '${example}'`, { exitCode });
  }
  return { ...parsed };
}
