/** All that is wrong with the settings, a line each: name of the variable, what is wrong, what it is for. Holds no value. */
export class SettingsError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `the settings have ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n  ${problems.join('\n  ')}`,
    );
    this.name = 'SettingsError';
    this.problems = problems;
  }
}

/** `cannot be read (ENOENT)`: why a file that a setting names is of no use, without saying its name. */
export function unreadable(error: unknown): string {
  const known = typeof error === 'object' && error !== null && 'code' in error;
  return `cannot be read${known ? ` (${String(error.code)})` : ''}`;
}
