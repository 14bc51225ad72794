import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');

function tw(...args: readonly string[]): { readonly text: string; readonly status: number | null } {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(root, 'dist/scripts/main.js'), ...args], {
    env: { PATH: process.env['PATH'], TW_STATE_DIR: join(root, '.tradewind/none') },
    encoding: 'utf8',
  });
  return { text: stdout + stderr, status };
}

test('tw --version is that of the package', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };
  expect(tw('--version')).toEqual({ text: `${version}\n`, status: 0 });
});

test('tw help names the verbs, and tw help stack what it can do', () => {
  expect(tw('help').text).toMatch(/^ {2}schedules /m);
  const { text, status } = tw('help', 'stack');
  expect(status).toBe(0);
  for (const name of ['up', 'down', 'status', 'logs', 'purge']) expect(text).toMatch(new RegExp(`^  ${name} `, 'm'));
});

test.each([
  ['init', ['TEMPORAL_ADDRESS', 'TW_MYSQL_HOST', 'TW_KAFKA_BROKERS', 'TW_S3_BUCKET']],
  ['worker', ['TEMPORAL_ADDRESS', 'TW_MYSQL_HOST', 'TW_KAFKA_BROKERS', 'TW_S3_BUCKET']],
])('tw %s without a stack reaches for no server of somebody else', (verb, settings) => {
  const { text, status } = tw(verb);
  expect(status).toBe(78);
  for (const setting of settings) expect(text).toMatch(new RegExp(`^  ${setting}.*: not set, .*"tw stack up"$`, 'm'));
});

test.each([
  [['schedules', 'diff'], 'TEMPORAL_ADDRESS'],
  [['db', 'seed'], 'TW_MYSQL_HOST'],
  [['topics', 'list'], 'TW_KAFKA_BROKERS'],
])('tw %j asks for the address of its own server alone', (args, setting) => {
  expect(tw(...args).text).toMatch(new RegExp(`^tw: the settings have a problem:\n  ${setting}: not set[^\n]*\n$`));
});
