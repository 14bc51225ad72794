import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Statement {
  readonly Sid: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

function statements(name: string): readonly Statement[] {
  const text = readFileSync(join(__dirname, '../deploy/iam', name), 'utf8');
  return (JSON.parse(text) as { readonly Statement: readonly Statement[] }).Statement;
}

/** Whether a statement speaks of an action on a key; in IAM's patterns a star also stands for slashes. */
function covers({ Action, Resource }: Statement, action: string, key: string): boolean {
  const pattern = (text: string): RegExp =>
    new RegExp(`^${text.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
  return (
    [Action].flat().some((one) => pattern(one).test(action)) &&
    [Resource].flat().some((one) => pattern(one).test(`arn:aws:s3:::BUCKET/${key}`))
  );
}

/** Where the worker keeps Delta tables, from the place that says so. */
const tablePrefixes = [
  ...readFileSync(join(__dirname, '../workers/composition.ts'), 'utf8').matchAll(/prefix: '(tables\/[^']+)'/g),
].map(([, prefix]) => prefix ?? '');

describe('the policy of a worker', () => {
  const policy = statements('worker-policy.json');

  test.each([
    'topics/a',
    'quarantine/a',
    'runs/a',
    'history/a',
    'assets/a',
    'backfills/a',
    'logs/a',
    'checks/a',
    ...tablePrefixes,
  ])('lets it read and create %s', (key) => {
    for (const action of ['s3:GetObject', 's3:PutObject']) {
      expect(policy.some((statement) => covers(statement, action, key))).toBe(true);
    }
  });

  test('lets it delete what it tries the bucket with, and nothing else', () => {
    const deletable = (key: string): boolean => policy.some((statement) => covers(statement, 's3:DeleteObject', key));
    expect(deletable('checks/create-once/1/0')).toBe(true);
    expect(['topics/a', 'runs/a', 'logs/a', ...tablePrefixes].filter(deletable)).toEqual([]);
  });
});

describe('the policy of the bucket', () => {
  const guarded = (key: string): boolean =>
    statements('bucket-policy.json').some(
      (one) => one.Sid === 'LandedObjectsAndCommitsAreCreatedOnce' && covers(one, 's3:PutObject', key),
    );

  test('asks for create-once of landed objects and of every table that workers commit to', () => {
    expect(tablePrefixes.length).toBeGreaterThan(1);
    const commits = tablePrefixes.map((prefix) => `${prefix}pin/_delta_log/00000000000000000000.json`);
    expect(['topics/u.pin/partition=0/u.pin+0+0000000000.json', ...commits].filter((key) => !guarded(key))).toEqual([]);
  });

  test('leaves alone what is written anew', () => {
    expect(tablePrefixes.map((prefix) => `${prefix}pin/_delta_log/_last_checkpoint`).filter(guarded)).toEqual([]);
  });
});
