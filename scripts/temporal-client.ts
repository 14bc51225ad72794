import { Client, Connection } from '@temporalio/client';
import type { Settings } from '../config/settings.ts';
import { connectionOptions } from '../workers/connection.ts';
import { noTemporalAt } from '../workers/start-error.ts';
import { CommandError } from './failure.ts';

/** A client of the namespace of the settings, closed with `await using`. */
export interface TemporalClient extends AsyncDisposable {
  readonly client: Client;
  readonly connection: Connection;
}

/** Connects to Temporal. Throws CommandError with the address when nobody answers there within so many milliseconds. */
export async function openTemporal(settings: Settings['temporal'], within = 5_000): Promise<TemporalClient> {
  const { address, namespace } = settings;
  const connection = await Connection.connect({
    ...(await connectionOptions(settings)),
    connectTimeout: within,
  }).catch((cause: unknown) => {
    throw new CommandError(noTemporalAt(address), { cause });
  });
  return {
    client: new Client({ connection, namespace }),
    connection,
    [Symbol.asyncDispose]: () => connection.close(),
  };
}
