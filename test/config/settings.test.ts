import fc from 'fast-check';
import { serverNames, type ServerName } from '../../config/server-addresses.ts';
import { SettingsError } from '../../config/settings-error.ts';
import { parseSettings } from '../../config/settings.ts';

function problemsOf(
  variables: Readonly<Record<string, string>>,
  servers: readonly ServerName[] = [],
): readonly string[] {
  try {
    parseSettings(variables, servers);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe('settings', () => {
  test('lead nowhere unless they say where, since somebody else may listen on a usual port', () => {
    const { temporal, mysql, kafka } = parseSettings({});
    for (const address of [temporal.address, mysql.host, ...kafka.brokers]) {
      expect(address).toMatch(/^[a-z-]+\.invalid(:\d+)?$/);
    }
  });

  test('name each server that is needed and has no address, and how to get one', () => {
    const problems = problemsOf({ TW_MYSQL_HOST: 'db.example', TW_KAFKA_BROKERS: '' }, serverNames);
    expect(problems).toEqual([
      expect.stringMatching(/^TEMPORAL_ADDRESS: not set, .*"tw stack up"$/),
      expect.stringMatching(/^TW_KAFKA_BROKERS: not set, .*"tw stack up"$/),
      expect.stringMatching(/^TW_S3_BUCKET or TW_S3_ENDPOINT: not set, .*"tw stack up"$/),
    ]);
    expect(problemsOf({ TW_MYSQL_HOST: 'db.example' }, ['mysql'])).toEqual([]);
  });

  test.each(['temporal.example:7233', '127.0.0.1:7233', '[::1]:7233'])('take %s for an address', (address) => {
    expect(parseSettings({ TEMPORAL_ADDRESS: address }, ['temporal']).temporal.address).toBe(address);
  });

  test.each(['nope', 'http://temporal:7233', 'temporal:', ':7233', 'a b:1'])('refuse %j as an address', (address) => {
    expect(problemsOf({ TEMPORAL_ADDRESS: address }, ['temporal'])).toEqual(['TEMPORAL_ADDRESS: use host:port']);
  });

  test('say what a number has to be', () => {
    expect(problemsOf({ TW_MYSQL_PORT: 'abc' })).toEqual(['TW_MYSQL_PORT: use a whole number']);
  });

  test('take an empty variable for an absent one', () => {
    expect(parseSettings({ TW_MYSQL_PORT: '', TW_S3_ENDPOINT: '' }).mysql.port).toBe(3306);
  });

  test('name the bucket after the user, as the course does', () => {
    expect(parseSettings({ TW_USER: '0e172e8c4bc3' }).s3.bucket).toBe('user-0e172e8c4bc3-bucket');
  });

  test('carry temporary keys with their token, without which AWS refuses them', () => {
    const keys = { AWS_ACCESS_KEY_ID: 'ASIA', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'token' };
    const { accessKeyId, secretAccessKey, sessionToken } = parseSettings(keys).s3;
    expect({ accessKeyId, secretAccessKey, sessionToken }).toEqual({
      accessKeyId: 'ASIA',
      secretAccessKey: 'secret',
      sessionToken: 'token',
    });
  });

  test('tell every problem at once', () => {
    const problems = problemsOf({
      TW_MYSQL_PORT: '70000',
      TW_KAFKA_BROKERS: 'nowhere',
      TW_USER: 'A b',
      TW_LANDING_GZIP: 'maybe',
    });
    expect(problems.map((line) => line.split(/[.:]/)[0]).toSorted((a = '', b = '') => a.localeCompare(b))).toEqual([
      'TW_KAFKA_BROKERS',
      'TW_LANDING_GZIP',
      'TW_MYSQL_PORT',
      'TW_USER',
    ]);
  });

  test.each([
    [{ TW_MYSQL_HSOT: 'db' }, 'TW_MYSQL_HSOT: there is no such setting'],
    [{ TW_KAFKA_SECURITY: 'scram' }, 'TW_KAFKA_USERNAME, TW_KAFKA_PASSWORD: needed'],
    [{ AWS_ACCESS_KEY_ID: 'key' }, 'AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: set both or neither'],
    [
      { TEMPORAL_TLS_CLIENT_KEY_PATH: '/key' },
      'TEMPORAL_TLS_CLIENT_CERT_PATH, TEMPORAL_TLS_CLIENT_KEY_PATH: set both or neither',
    ],
  ])('refuse %j', (variables, words) => {
    expect(problemsOf(variables as Record<string, string>).join('\n')).toContain(words);
  });

  test('never repeat a value in what they complain about', () => {
    const secret = 'canary-7f3a9c';
    fc.assert(
      fc.property(
        fc.constantFrom(
          'TW_MYSQL_PORT',
          'TW_KAFKA_SECURITY',
          'TW_S3_BUCKET',
          'TW_S3_ENDPOINT',
          'TW_USER',
          'TW_DUCKDB_MEMORY',
        ),
        fc.string(),
        (key, noise) => {
          expect(problemsOf({ [key]: `${noise} ${secret} !`, TW_MYSQL_PASSWORD: secret }).join('\n')).not.toContain(
            secret,
          );
        },
      ),
    );
  });
});
