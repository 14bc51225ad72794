import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDag } from '../../workflows/engine/dag.ts';
import * as workflows from '../../workflows/index.ts';
import { root } from './harness.ts';

describe('the bundle entry', () => {
  test('exports each DAG under its id', () => {
    const dags = Object.entries(workflows).filter(([, one]) => isDag(one));
    expect(dags.length).toBeGreaterThan(0);
    expect(dags.map(([name, one]) => [name, one.definition.id, one.name])).toEqual(
      dags.map(([name]) => [name, name, name]),
    );
  });

  test('names every file of workflows/ that defines one', () => {
    const entry = readFileSync(join(root, 'workflows/index.ts'), 'utf8');
    const files = readdirSync(join(root, 'workflows')).filter((file) => file.endsWith('.ts') && file !== 'index.ts');
    expect(files.filter((file) => !entry.includes(`'./${file}'`))).toEqual([]);
  });
});

test('exactly one protobufjs 8 is installed, or recorded histories cannot be read', () => {
  const found = (from: string) => require.resolve('protobufjs/package.json', { paths: [from] });
  const users = ['common', 'proto', 'worker', 'client'].map((name) =>
    dirname(require.resolve(`@temporalio/${name}/package.json`)),
  );
  const places = new Set([found(root), ...users.map(found)]);
  expect(places.size).toBe(1);
  const [place = ''] = places;
  expect(JSON.parse(readFileSync(place, 'utf8'))).toMatchObject({ version: expect.stringMatching(/^8\./) });
});
