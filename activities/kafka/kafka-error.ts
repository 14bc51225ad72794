import { AdapterError, type AdapterErrorCode } from '../shared/adapter-error.ts';

/** Kafka's own error names, and the library's codes, by the kind of trouble that they are. */
const kinds: readonly (readonly [AdapterErrorCode, RegExp])[] = [
  ['unauthorized', /^(\w+_AUTHORIZATION_FAILED|SASL_AUTHENTICATION_FAILED|PLT_KFK_AUTHENTICATION)$/],
  ['not_found', /^UNKNOWN_TOPIC(_OR_PARTITION|_ID)$/],
  ['too_large', /^(MESSAGE_TOO_LARGE|RECORD_LIST_TOO_LARGE)$/],
  ['corrupt', /^(OFFSET_OUT_OF_RANGE|CORRUPT_MESSAGE)$/],
  ['throttled', /^THROTTLING_QUOTA_EXCEEDED$/],
  [
    'invalid',
    /^(INVALID_(TOPIC_EXCEPTION|PARTITIONS|REPLICATION_FACTOR|CONFIG|REQUEST)|POLICY_VIOLATION|UNSUPPORTED_VERSION|PLT_KFK_UNSUPPORTED\w*)$/,
  ],
  ['timeout', /^REQUEST_TIMED_OUT$/],
  [
    'unavailable',
    /^(PLT_KFK_NETWORK|\w*NOT_AVAILABLE|NOT_\w+|LEADER_\w+|\w+_LEADER_EPOCH|NETWORK_EXCEPTION|KAFKA_STORAGE_ERROR|E(CONN\w+|PIPE|TIMEDOUT|HOSTUNREACH|NOTFOUND|AI_AGAIN))$/,
  ],
];

/**
 * Maps anything that the Kafka library throws. `what` says what was tried and on what; the library's own words stay in
 * `cause`, since they may hold addresses, but Kafka's name for the error is added.
 */
export function kafkaError(what: string, cause: unknown): AdapterError {
  if (cause instanceof AdapterError) return cause;
  const names = errorNames(cause);
  for (const [code, pattern] of kinds) {
    const name = names.find((one) => pattern.test(one));
    if (name !== undefined)
      return new AdapterError(`${what}: ${words[code] ?? name} (${name})`, { system: 'kafka', code, cause });
  }
  return new AdapterError(`${what}: ${names[0] ?? 'unexpected error'}`, { system: 'kafka', code: 'internal', cause });
}

/** Whether Kafka gave this name to the error, or to a part or cause of it, for example `TOPIC_ALREADY_EXISTS`. */
export function hasKafkaName(error: unknown, name: string): boolean {
  return errorNames(error).includes(name);
}

const words: Partial<Record<AdapterErrorCode, string>> = {
  unauthorized: 'the brokers do not let us; check TW_KAFKA_SECURITY and what the role may do',
  not_found: 'there is no such topic; create it with `tw topics create`',
  too_large: 'a record is larger than the topic takes',
  unavailable: 'the brokers do not answer; check TW_KAFKA_BROKERS and that Kafka is up',
  timeout: 'no answer in time',
};

/** Names in an error, its causes and its parts, outermost first. Told by shape: Node's errors may come from another realm. */
function errorNames(error: unknown, depth = 0): string[] {
  if (typeof error !== 'object' || error === null || depth > 6) return [];
  const field = (name: string): unknown => Reflect.get(error, name);
  const hidden = isUnknownTopic(field('message')) ? 'UNKNOWN_TOPIC_OR_PARTITION' : undefined;
  const own = [field('apiId'), hidden, field('code')];
  const errors = field('errors');
  return [
    ...own.filter((name) => typeof name === 'string'),
    ...(Array.isArray(errors) ? errors : []).flatMap((one: unknown) => errorNames(one, depth + 1)),
    ...errorNames(field('cause'), depth + 1),
  ];
}

/** The library hides this protocol error behind one of its own, without a code. */
function isUnknownTopic(message: unknown): boolean {
  return typeof message === 'string' && /^Unknown (topic|partition) /.test(message);
}
