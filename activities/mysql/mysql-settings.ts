import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'mysql2/promise';
import { AdapterError } from '../shared/adapter-error.ts';

/** Where the source database is: the part of the project's settings that this adapter needs. */
export interface MysqlSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** CA bundle (PEM file); turns TLS on, with the server's certificate and name verified. */
  readonly caPath: string | undefined;
}

/**
 * Options of every connection: UTF-8 of four bytes, times as UTC text, no statements in a row. Throws AdapterError
 * `invalid` when the CA file cannot be read.
 */
export function mysqlOptions({ caPath, ...where }: MysqlSettings): ConnectionOptions {
  return {
    ...where,
    charset: 'utf8mb4',
    dateStrings: true,
    timezone: 'Z',
    connectTimeout: 10_000,
    multipleStatements: false,
    ...(caPath === undefined ? {} : { ssl: { ca: readCa(caPath), verifyIdentity: true, minVersion: 'TLSv1.2' } }),
  };
}

function readCa(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new AdapterError(`cannot read the CA file ${path}; see TW_MYSQL_CA_PATH`, {
      system: 'mysql',
      code: 'invalid',
      cause,
    });
  }
}
