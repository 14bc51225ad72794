import { AdapterError } from '../activities/shared/adapter-error.ts';
import { SettingsError } from '../config/settings-error.ts';
import { setupExitCode } from '../workers/start-error.ts';

/** What a command that failed tells its user: words for the terminal, and the exit code for a script. */
export interface FailureReport {
  readonly text: string;
  /** {@link configurationExitCode} when settings, set-up or the command line are wrong, so that a supervisor does not try again; else 1. */
  readonly exitCode: number;
}

/** Exit code of what starting again cannot mend, by the worker's own rule. */
export const configurationExitCode = setupExitCode;

/**
 * An error that a user can mend: its message says what happened and what to do, so it is shown alone, without a stack.
 */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, options: { readonly exitCode?: number; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'CommandError';
    this.exitCode = options.exitCode ?? 1;
  }
}

/** Words and exit code for anything that a command can throw. A defect keeps its stack; what a user can mend does not. */
export function explainFailure(error: unknown): FailureReport {
  if (error instanceof SettingsError) return { text: error.message, exitCode: configurationExitCode };
  if (error instanceof CommandError) return { text: error.message, exitCode: error.exitCode };
  if (error instanceof AdapterError) return { text: `${error.system}: ${error.message}`, exitCode: 1 };
  if (error instanceof Error && isForUsers(error)) return { text: error.message, exitCode: 1 };
  return { text: error instanceof Error ? (error.stack ?? error.message) : String(error), exitCode: 1 };
}

/** Errors of rooms that scripts use but that do not know this one: told by name. */
function isForUsers(error: Error): boolean {
  return ['StackError', 'DagDefinitionError'].includes(error.name);
}
