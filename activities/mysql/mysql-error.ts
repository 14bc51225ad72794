import { AdapterError, type AdapterErrorCode } from '../shared/adapter-error.ts';

/** Error codes of MySQL, MariaDB, mysql2 and the network, by the kind of trouble that they are. */
const kinds: readonly (readonly [AdapterErrorCode, RegExp, string])[] = [
  [
    'unauthorized',
    /^(ER_ACCESS_DENIED_ERROR|ER_DBACCESS_DENIED_ERROR|ER_TABLEACCESS_DENIED_ERROR|ER_\w*DENIED\w*|HANDSHAKE_SSL_ERROR|CERT_\w+|UNABLE_TO\w+|SELF_SIGNED\w+|DEPTH_ZERO\w+|ERR_TLS\w+)$/,
    'the database does not let us; check TW_MYSQL_USER, its password and TW_MYSQL_CA_PATH',
  ],
  [
    'not_found',
    /^(ER_BAD_DB_ERROR|ER_NO_SUCH_TABLE|ER_BAD_FIELD_ERROR)$/,
    'the database has no such table or column; fill it with `tw db seed`',
  ],
  ['throttled', /^(ER_CON_COUNT_ERROR|ER_USER_LIMIT_REACHED|ER_TOO_MANY_USER_CONNECTIONS)$/, 'too many connections'],
  ['timeout', /^(PROTOCOL_SEQUENCE_TIMEOUT|ER_LOCK_WAIT_TIMEOUT|ER_QUERY_TIMEOUT)$/, 'no answer in time'],
  ['too_large', /^ER_NET_PACKET_TOO_LARGE$/, 'more than the server takes at once (max_allowed_packet)'],
  [
    'unavailable',
    /^(PROTOCOL_\w+|E(CONN\w+|PIPE|TIMEDOUT|HOSTUNREACH|NOTFOUND|AI_AGAIN)|ER_SERVER_SHUTDOWN|ER_CONNECTION_KILLED|ER_QUERY_INTERRUPTED|ER_NORMAL_SHUTDOWN|ER_LOCK_DEADLOCK)$/,
    'the database does not answer; check TW_MYSQL_HOST, TW_MYSQL_PORT and that it is up',
  ],
];

/** Maps anything that mysql2 throws. Its message stays in `cause`: it may quote a row. */
export function mysqlError(what: string, cause: unknown): AdapterError {
  if (cause instanceof AdapterError) return cause;
  const name = errorName(cause);
  const kind = kinds.find(([, pattern]) => pattern.test(name));
  const [code, words] = kind === undefined ? (['internal', 'unexpected error'] as const) : [kind[0], kind[2]];
  return new AdapterError(`${what}: ${words} (${name})`, { system: 'mysql', code, cause });
}

/** Told by shape, not by class: Node's own errors may come from another realm. */
function errorName(error: unknown): string {
  if (typeof error !== 'object' || error === null) return typeof error;
  // A connection refused on several addresses comes as one error with the others in it.
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length > 0) return errorName(error.errors[0]);
  if ('code' in error && typeof error.code === 'string') return error.code;
  const message = 'message' in error ? String(error.message) : '';
  if (message.includes('connection is in closed state')) return 'PROTOCOL_CONNECTION_LOST';
  return 'name' in error ? String(error.name) : 'Error';
}
