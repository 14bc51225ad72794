import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentWith, readEnvironment } from '../../config/environment.ts';
import { SettingsError } from '../../config/settings-error.ts';

describe('the environment', () => {
  const before = { ...process.env };
  const folder = mkdtempSync(join(tmpdir(), 'tradewind-environment-'));
  const file = join(folder, 'settings.env');
  afterEach(() => {
    process.env = { ...before };
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function read(text: string, shell: Readonly<Record<string, string>>): Readonly<Record<string, string | undefined>> {
    writeFileSync(file, text);
    process.env = { ...shell, TW_SETTINGS_FILE: file };
    return readEnvironment();
  }

  test('wins over the file', () => {
    expect(read('TW_USER=file\nTW_MYSQL_PORT=1', { TW_USER: 'shell' })).toMatchObject({
      TW_USER: 'shell',
      TW_MYSQL_PORT: '1',
    });
  });

  test('does not give its AWS keys to the S3 server of the file', () => {
    const text = 'TW_S3_ENDPOINT=http://127.0.0.1:1\nAWS_ACCESS_KEY_ID=local\nAWS_SECRET_ACCESS_KEY=local-secret\n';
    const shell = { AWS_ACCESS_KEY_ID: 'aws', AWS_SECRET_ACCESS_KEY: 'aws-secret', AWS_REGION: 'eu-west-1' };
    expect(read(text, shell)).toMatchObject({ AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local-secret' });
    const elsewhere = { ...shell, TW_S3_ENDPOINT: 'http://127.0.0.1:2' };
    expect(read(text, elsewhere)).toMatchObject({ AWS_ACCESS_KEY_ID: 'aws', AWS_SECRET_ACCESS_KEY: 'aws-secret' });
    expect(read('', shell)).toMatchObject({ AWS_ACCESS_KEY_ID: 'aws', AWS_SECRET_ACCESS_KEY: 'aws-secret' });
  });

  test('keeps a session token with the keys that it belongs to', () => {
    const keys = 'AWS_ACCESS_KEY_ID=local\nAWS_SECRET_ACCESS_KEY=local-secret\n';
    const shell = { AWS_ACCESS_KEY_ID: 'aws', AWS_SECRET_ACCESS_KEY: 'aws-secret', AWS_SESSION_TOKEN: 'aws-token' };
    expect(read('', shell)['AWS_SESSION_TOKEN']).toBe('aws-token');
    expect(read(`TW_S3_ENDPOINT=http://127.0.0.1:1\n${keys}`, shell)['AWS_SESSION_TOKEN']).toBeUndefined();
    process.env = { ...shell, PATH: '/bin' };
    const child = environmentWith({ AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local-secret' });
    expect(child).toEqual({ PATH: '/bin', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local-secret' });
    expect(environmentWith({ TW_USER: 'x' })).toMatchObject(shell);
  });

  test('a settings file that is not there, or is none, is a problem of the settings: starting again cannot mend it', () => {
    process.env = { TW_SETTINGS_FILE: join(folder, 'nowhere.env') };
    expect(() => readEnvironment()).toThrow(SettingsError);
    expect(() => readEnvironment()).toThrow(/TW_SETTINGS_FILE: it names .*nowhere\.env, which does not exist/);
    process.env = { TW_SETTINGS_FILE: folder };
    expect(() => readEnvironment()).toThrow(SettingsError);
  });
});
