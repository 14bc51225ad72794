import { readFile } from 'node:fs/promises';
import type { NativeConnectionOptions } from '@temporalio/worker';
import type { Settings } from '../config/settings.ts';

/** How to reach Temporal, for a worker's connection and a client's alike. Reads certificates from disk. */
export async function connectionOptions(
  settings: Settings['temporal'],
): Promise<Pick<NativeConnectionOptions, 'address' | 'tls' | 'apiKey'>> {
  const { address, apiKey, serverCaPath, clientCertPath, clientKeyPath } = settings;
  const crt = await contentOf(clientCertPath);
  const key = await contentOf(clientKeyPath);
  const ca = await contentOf(serverCaPath);
  const custom = {
    ...(ca !== undefined && { serverRootCACertificate: ca }),
    ...(crt !== undefined && key !== undefined && { clientCertPair: { crt, key } }),
  };
  const secure = settings.tls || ca !== undefined || crt !== undefined;
  return { address, ...(apiKey !== undefined && { apiKey }), ...(secure && { tls: custom }) };
}

async function contentOf(path: string | undefined): Promise<Buffer | undefined> {
  return path === undefined ? undefined : readFile(path);
}
