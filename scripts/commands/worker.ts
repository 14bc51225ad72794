import { Command, InvalidArgumentError } from 'commander';
import { parseRoles, workerRoles, type WorkerRole } from '../../workers/roles.ts';
import { requiredSearchAttributes } from '../namespace.ts';

/** `tw worker`: runs a worker in this process until it is told to stop. */
export function workerCommand(): Command {
  return new Command('worker')
    .description('run a worker until SIGTERM or Ctrl-C, then drain it')
    .option('--roles <list>', `what it does: ${workerRoles.join(', ')}`, rolesOf, workerRoles)
    .addHelpText(
      'after',
      '\nexit codes: 0 drained; 1 a fatal error, start it again; 78 settings, set-up or options are wrong, do not (see tw init)',
    )
    .action(async ({ roles }: { readonly roles: readonly WorkerRole[] }) => {
      const { workerMain } = await import('../../workers/main.ts');
      await workerMain({ roles, searchAttributes: requiredSearchAttributes });
    });
}

function rolesOf(text: string): readonly WorkerRole[] {
  try {
    return parseRoles(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
