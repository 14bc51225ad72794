import { Command, InvalidArgumentError } from 'commander';
import { defaultQueue, readQueues } from '../../dag/queue.ts';
import { parseRoles, workerRoles, type WorkerRole } from '../../workers/roles.ts';
import { registeredDags } from '../dag-registry.ts';
import { renewSchedules } from '../schedules/renew.ts';
import { requiredSearchAttributes } from '../namespace.ts';

/** `tw worker`: runs a worker in this process until it is told to stop. */
export function workerCommand(): Command {
  return new Command('worker')
    .description('run a worker until SIGTERM or Ctrl-C, then drain it')
    .option('--roles <list>', `what it does: ${workerRoles.join(', ')}`, rolesOf, workerRoles)
    .option(
      '-q, --queues <list>',
      "queues of tasks whose activities it runs, where its roles run any: 'default' and those that tasks name as their `queue`",
      queuesOf,
      [defaultQueue],
    )
    .addHelpText(
      'after',
      '\nexit codes: 0 drained; 1 a fatal error, start it again; 78 settings, set-up or options are wrong, do not (see tw init)',
    )
    .action(
      async ({ roles, queues }: { readonly roles: readonly WorkerRole[]; readonly queues: readonly string[] }) => {
        const { workerMain } = await import('../../workers/main.ts');
        await workerMain({
          roles,
          queues: queues.map((queue) => (queue === defaultQueue ? null : queue)),
          searchAttributes: requiredSearchAttributes,
          renewSchedules: (client, taskQueue) =>
            renewSchedules(
              client,
              taskQueue,
              registeredDags().map(({ definition }) => definition),
              new Date(),
            ),
        });
      },
    );
}

function rolesOf(text: string): readonly WorkerRole[] {
  return orRefuse(() => parseRoles(text));
}

function queuesOf(text: string): readonly string[] {
  return orRefuse(() => readQueues(text));
}

function orRefuse<Value>(parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
