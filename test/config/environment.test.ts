import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../config/environment.ts';

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

  test('names a settings file that is not there', () => {
    process.env = { TW_SETTINGS_FILE: join(folder, 'nowhere.env') };
    expect(() => readEnvironment()).toThrow(/nowhere\.env, which does not exist/);
  });
});
