import { kafkaClientOptions } from '../../../activities/kafka/client-options.ts';
import { kafkaError } from '../../../activities/kafka/kafka-error.ts';
import type { KafkaSettings } from '../../../activities/kafka/kafka-settings.ts';
import { partitionOfKey } from '../../../activities/kafka/partition-of-key.ts';

const plain: KafkaSettings = {
  brokers: ['b-1.example.com:9098', 'b-2.example.com:9098'],
  security: 'plaintext',
  caPath: undefined,
  username: undefined,
  password: undefined,
  region: 'eu-west-1',
};

describe('how a client is let in', () => {
  test('plaintext: no TLS, no login', () => {
    const options = kafkaClientOptions(plain);
    expect(options).not.toHaveProperty('tls');
    expect(options).not.toHaveProperty('sasl');
    expect(options).toMatchObject({ bootstrapBrokers: plain.brokers, autocreateTopics: false });
  });

  test('tls: the CA of the settings, and the server named', () => {
    expect(kafkaClientOptions({ ...plain, security: 'tls' })).toMatchObject({ tls: {}, tlsServerName: true });
    const own = kafkaClientOptions({ ...plain, security: 'tls', caPath: __filename });
    expect(own.tls?.ca).toBeInstanceOf(Buffer);
    expect(() => kafkaClientOptions({ ...plain, security: 'tls', caPath: '/no/such.pem' })).toThrow(/TW_KAFKA_CA_PATH/);
  });

  test('tls to an address: no server name, which TLS forbids', () => {
    expect(kafkaClientOptions({ ...plain, security: 'tls', brokers: ['10.0.0.1:9094'] })).not.toHaveProperty(
      'tlsServerName',
    );
  });

  test('iam: a fresh token for each login, signed for the region', async () => {
    const asked: string[] = [];
    const options = kafkaClientOptions({ ...plain, security: 'iam' }, async (region) => {
      asked.push(region);
      return `token ${asked.length}`;
    });
    expect(options.tls).toBeDefined();
    expect(options.sasl?.mechanism).toBe('OAUTHBEARER');
    const token = options.sasl?.token;
    expect(typeof token === 'function' ? [await token(), await token()] : []).toEqual(['token 1', 'token 2']);
    expect(asked).toEqual(['eu-west-1', 'eu-west-1']);
  });

  test('scram: SHA-512 over TLS', () => {
    const options = kafkaClientOptions({ ...plain, security: 'scram', username: 'me', password: 'secret' });
    expect(options.sasl).toEqual({ mechanism: 'SCRAM-SHA-512', username: 'me', password: 'secret' });
    expect(options.tls).toBeDefined();
  });
});

describe('the partition of a key', () => {
  // Recorded from Java: Utils.toPositive(Utils.murmur2(key)) of kafka-clients 4.3.1, modulo 3 and 7.
  test.each<[string, number, number]>([
    ['', 0, 2],
    ['0', 2, 3],
    ['1', 0, 2],
    ['7', 0, 1],
    ['42', 1, 3],
    ['100', 0, 3],
    ['999', 0, 4],
    ['7528', 1, 5],
    ['11153', 2, 2],
    ['123456789', 0, 1],
    ['é✂️', 1, 0],
    ['not a number', 0, 2],
    ['-1', 0, 6],
  ])('of %j is the one of the Java client', (key, ofThree, ofSeven) => {
    expect(partitionOfKey(Buffer.from(key), 3)).toBe(ofThree);
    expect(partitionOfKey(Buffer.from(key), 7)).toBe(ofSeven);
  });
});

const named = (names: object, cause?: unknown): Error =>
  Object.assign(new Error('broker at 10.1.2.3 said x', { cause }), names);

describe('errors', () => {
  test.each([
    [named({ apiId: 'TOPIC_AUTHORIZATION_FAILED', code: 'PLT_KFK_PROTOCOL' }), 'unauthorized', false],
    [named({ code: 'PLT_KFK_NETWORK' }, named({ code: 'PLT_KFK_AUTHENTICATION' })), 'unauthorized', false],
    [named({ code: 'PLT_KFK_NETWORK' }, named({ code: 'ECONNREFUSED' })), 'unavailable', true],
    [named({ apiId: 'NOT_LEADER_OR_FOLLOWER' }), 'unavailable', true],
    [named({ apiId: 'NOT_ENOUGH_REPLICAS' }), 'unavailable', true],
    [named({ code: 'PLT_KFK_MULTIPLE', errors: [named({ apiId: 'MESSAGE_TOO_LARGE' })] }), 'too_large', false],
    [named({ apiId: 'OFFSET_OUT_OF_RANGE' }), 'corrupt', false],
    [named({ apiId: 'THROTTLING_QUOTA_EXCEEDED' }), 'throttled', true],
    [new Error('Unknown topic x.'), 'not_found', false],
    ['what', 'internal', true],
  ])('%# are of the right kind', (cause, code, canRetry) => {
    const error = kafkaError('reading', cause);
    expect(error).toMatchObject({ system: 'kafka', code, canRetry });
    expect(error.message).not.toContain('10.1.2.3');
  });
});
