import { AdapterError } from '../../activities/shared/adapter-error.ts';
import { SettingsError } from '../../config/settings-error.ts';
import { parseSettings } from '../../config/settings.ts';
import { defineDag } from '../../dag/define-dag.ts';
import { CommandError, explainFailure } from '../../scripts/failure.ts';
import { openTemporal } from '../../scripts/temporal-client.ts';

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

test.each([
  ['settings', new SettingsError(['TW_USER: bad']), 78, 'the settings have a problem:\n  TW_USER: bad'],
  ['a set-up', new CommandError('run tw init', { exitCode: 78 }), 78, 'run tw init'],
  ['what a user can mend', new CommandError('there is no DAG x'), 1, 'there is no DAG x'],
  ['a server', new AdapterError('no answer', { system: 's3', code: 'timeout' }), 1, 's3: no answer'],
  ['a thing that is no error', 'just words', 1, 'just words'],
])('%s is told in words, without a stack', (_, error, exitCode, text) => {
  expect(explainFailure(error)).toEqual({ text, exitCode });
});

test('a DAG that cannot be is told in words', () => {
  const error = thrownBy(() => defineDag('no good id', { schedule: null }, () => {}));
  expect(explainFailure(error)).toEqual({ text: (error as Error).message, exitCode: 1 });
});

test('a defect keeps its stack', () => {
  expect(explainFailure(new TypeError('x is not a function')).text).toMatch(/x is not a function\n +at /);
});

test('certificates that cannot be read are problems of the settings, all at once, and their values are not repeated', async () => {
  const { temporal } = parseSettings({
    TEMPORAL_TLS_CLIENT_CERT_PATH: '/nowhere/cert.pem',
    TEMPORAL_TLS_CLIENT_KEY_PATH: '-----BEGIN PRIVATE KEY----- canary',
  });
  const { text, exitCode } = explainFailure(await openTemporal(temporal).catch((error: unknown) => error));
  expect(exitCode).toBe(78);
  expect(text).toContain('TEMPORAL_TLS_CLIENT_CERT_PATH: the file that it names cannot be read (ENOENT)');
  expect(text).toContain('TEMPORAL_TLS_CLIENT_KEY_PATH: ');
  expect(text).not.toContain('canary');
  expect(text).not.toMatch(/^ +at /m);
});
