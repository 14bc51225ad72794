import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { reservedIds } from '../../dag/reserved-ids.ts';
import * as examples from '../../examples/index.ts';
import { isDag } from '../../workflows/engine/dag.ts';
import * as control from '../../workflows/control/index.ts';
import * as workflows from '../../workflows/index.ts';
import { root } from './harness.ts';

describe.each([
  ['workflows', workflows],
  ['examples', examples],
])('%s/index.ts', (folder, entries: Readonly<Record<string, unknown>>) => {
  test('exports each DAG under its id', () => {
    const dags = Object.entries(entries).flatMap(([name, one]) => (isDag(one) ? [[name, one] as const] : []));
    expect(dags.length).toBeGreaterThan(0);
    expect(dags.map(([name, one]) => [name, one.definition.id, one.name])).toEqual(
      dags.map(([name]) => [name, name, name]),
    );
  });

  test('names every DAG of the folder', () => {
    const defined = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [...readFileSync(join(root, folder, file), 'utf8').matchAll(/^export const (\w+) = dag\(/gm)])
      .map(([, id = '']) => id);
    expect(defined.toSorted()).toEqual(
      Object.entries(entries)
        .flatMap(([name, one]) => (isDag(one) ? [name] : []))
        .toSorted(),
    );
  });
});

test('no DAG has the name of a workflow that looks after DAGs', () => {
  expect([...reservedIds].toSorted()).toEqual(Object.keys(control).toSorted());
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
