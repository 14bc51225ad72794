import { AdapterError } from '../activities/shared/adapter-error.ts';
import { CommandError } from './failure.ts';

/** What a controller that does not answer means for a person: throws a CommandError for that, and anything else as it is. */
export function noWorker(error: unknown): never {
  if (!(error instanceof AdapterError) || error.code !== 'timeout') throw error;
  throw new CommandError('no worker answered in time, so nothing has changed: start one (tw worker), then try again', {
    cause: error,
  });
}
