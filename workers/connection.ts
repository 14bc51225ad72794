import { readFile } from 'node:fs/promises';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { SettingsError, unreadable } from '../config/settings-error.ts';
import type { Settings } from '../config/settings.ts';

/**
 * How to reach Temporal, for a worker's connection and a client's alike. Reads certificates from disk; throws
 * SettingsError with every one that cannot be read.
 */
export async function connectionOptions(
  settings: Settings['temporal'],
): Promise<Pick<NativeConnectionOptions, 'address' | 'tls' | 'apiKey'>> {
  const { address, apiKey } = settings;
  const problems: string[] = [];
  const contentOf = async (variable: string, path: string | undefined): Promise<Buffer | undefined> => {
    if (path === undefined) return undefined;
    try {
      return await readFile(path);
    } catch (error) {
      // Not the path: whoever took the variable for the certificate's own has put a key into it.
      problems.push(`${variable}: the file that it names ${unreadable(error)}`);
      return undefined;
    }
  };
  const crt = await contentOf('TEMPORAL_TLS_CLIENT_CERT_PATH', settings.clientCertPath);
  const key = await contentOf('TEMPORAL_TLS_CLIENT_KEY_PATH', settings.clientKeyPath);
  const ca = await contentOf('TEMPORAL_TLS_SERVER_CA_CERT_PATH', settings.serverCaPath);
  if (problems.length > 0) throw new SettingsError(problems);
  const custom = {
    ...(ca !== undefined && { serverRootCACertificate: ca }),
    ...(crt !== undefined && key !== undefined && { clientCertPair: { crt, key } }),
  };
  const secure = settings.tls || ca !== undefined || crt !== undefined;
  return { address, ...(apiKey !== undefined && { apiKey }), ...(secure && { tls: custom }) };
}
