import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

/** One import of a source file, as text tells it. */
interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

/** What a room may import: a prefix of paths, by value or only as types. */
interface Door {
  readonly value: readonly string[];
  readonly type: readonly string[];
}

const root = join(__dirname, '..');

/** The table of design and README: the first room whose prefix fits a file decides. `self` means the room itself. */
const rooms: readonly { readonly prefix: string; readonly door: Door; readonly bans?: RegExp }[] = [
  { prefix: 'dag/', door: { value: ['self'], type: [] }, bans: /^(node:|@temporalio\/)/ },
  {
    prefix: 'pipeline/',
    door: { value: ['self'], type: [] },
    bans: /^(node:(fs|net|http|child_process|process)|@temporalio\/)/,
  },
  { prefix: 'config/', door: { value: ['self', 'pipeline/'], type: [] }, bans: /^@temporalio\// },
  {
    prefix: 'workflows/',
    door: { value: ['self', 'dag/', 'pipeline/'], type: ['activities/'] },
    bans: /^(node:|@temporalio\/(activity|client|worker))/,
  },
  {
    prefix: 'examples/',
    door: { value: ['self', 'dag/', 'workflows/'], type: ['activities/'] },
    bans: /^(node:|@temporalio\/)/,
  },
  { prefix: 'activities/shared/', door: { value: ['self', 'dag/', 'pipeline/'], type: [] } },
  {
    prefix: 'activities/steps/',
    door: { value: ['self', 'dag/', 'pipeline/', 'activities/shared/'], type: ['activities/*/port.ts'] },
    bans: /^(kafkajs|mysql2|@aws-sdk|@duckdb|@platformatic|axios)/,
  },
  {
    prefix: 'activities/temporal/',
    door: { value: ['system', 'dag/', 'pipeline/', 'activities/shared/'], type: [] },
    bans: /^@temporalio\/(activity|worker|workflow)/,
  },
  {
    prefix: 'activities/',
    door: { value: ['system', 'dag/', 'pipeline/', 'activities/shared/'], type: [] },
    bans: /^@temporalio\//,
  },
  { prefix: 'workers/', door: { value: ['self', 'activities/', 'config/', 'pipeline/'], type: ['workflows/'] } },
  { prefix: 'gateway/', door: { value: ['self', 'pipeline/', 'activities/', 'config/'], type: [] } },
  {
    prefix: 'testing/',
    door: { value: ['self', 'dag/', 'workflows/'], type: ['activities/'] },
    // One thing of Node: where the code that runs belongs, which the engine has of Temporal's sandbox.
    bans: /^(node:(?!async_hooks$)|@temporalio\/)/,
  },
  { prefix: 'stack/', door: { value: ['self', 'config/'], type: [] } },
  { prefix: 'scripts/', door: { value: [''], type: [''] } },
];

/** Process entries: the only files that may ask for their own place, or await at the top. */
const entries =
  /^(workers\/main|scripts\/main|scripts\/oracle\/main|bench\/.*|activities\/duckdb\/child|stack\/databricks\/main|gateway\/main)\.ts$/;

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

const files = [...new Set(rooms.map(({ prefix }) => prefix.split('/')[0] ?? ''))]
  .filter(exists)
  .flatMap(sources)
  .toSorted();

function exists(folder: string): boolean {
  return readdirSync(root).includes(folder);
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');
  const found: Import[] = [];
  const statement = /^\s*(?:import|export)\s+(type\s+)?(?:([\w*{}\s,$]+?)\s+from\s+)?'([^']+)'/gm;
  for (const [, type, names, target] of text.matchAll(statement)) {
    if (target === undefined) continue;
    const inline = names !== undefined && /^\{\s*(type\s+\w+(\s+as\s+\w+)?\s*,?\s*)+\}$/.test(names.trim());
    found.push({ file, target, typeOnly: type !== undefined || inline });
  }
  for (const [, target] of text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g)) {
    if (target !== undefined) found.push({ file, target, typeOnly: false });
  }
  return found;
}

function allowed(from: string, to: string, door: readonly string[], prefix: string): boolean {
  return door.some((path) => {
    if (path === 'self') return to.startsWith(prefix);
    if (path === 'system')
      return dirname(to).split('/')[1] === dirname(from).split('/')[1] && to.startsWith('activities/');
    if (path.includes('*')) return new RegExp(`^${path.replace('*', '[^/]+').replace('.', '\\.')}$`).test(to);
    return to.startsWith(path);
  });
}

function complaintsOf(one: Import): string[] {
  const room = rooms.find(({ prefix }) => one.file.startsWith(prefix));
  if (room === undefined) return [];
  if (!one.target.startsWith('.')) {
    return room.bans?.test(one.target) && !one.typeOnly
      ? [`${one.file} imports ${one.target}, which its room must not touch`]
      : [];
  }
  const to = normalize(join(dirname(one.file), one.target));
  const { value, type } = room.door;
  if (allowed(one.file, to, value, room.prefix) || (one.typeOnly && allowed(one.file, to, type, room.prefix)))
    return [];
  return [`${one.file} imports ${to}${one.typeOnly ? ' as types' : ''}: no such arrow from ${room.prefix}`];
}

describe('the house', () => {
  test('has sources to look at', () => {
    expect(files.length).toBeGreaterThan(20);
  });

  test('has no arrow between rooms beyond the table', () => {
    expect(files.flatMap(importsOf).flatMap(complaintsOf)).toEqual([]);
  });

  test('sees a forbidden arrow when there is one', () => {
    const wrong: readonly Import[] = [
      { file: 'dag/plan.ts', target: '../pipeline/tables.ts', typeOnly: false },
      { file: 'workflows/a.ts', target: '../activities/s3/port.ts', typeOnly: false },
      { file: 'activities/kafka/a.ts', target: '../s3/port.ts', typeOnly: true },
      { file: 'activities/steps/land.ts', target: '../kafka/reader.ts', typeOnly: true },
      { file: 'workflows/a.ts', target: 'node:fs', typeOnly: false },
    ];
    expect(wrong.flatMap(complaintsOf)).toHaveLength(wrong.length);
  });

  test('reads the environment in config/ alone', () => {
    const readers = files.filter((file) => !file.startsWith('config/') && /\bprocess\.env\b/.test(code(file)));
    expect(readers).toEqual([]);
  });

  test('asks for its own place in process entries alone', () => {
    expect(files.filter((file) => !entries.test(file) && /\bimport\.meta\b/.test(code(file)))).toEqual([]);
  });

  test('has no default export, no star export, no enum and no catch-all file', () => {
    const strange = files.filter(
      (file) =>
        /^export (default|\*)|^(export )?(const )?enum /m.test(code(file)) ||
        /(^|\/)(utils?|helpers?|misc|common)\.ts$/.test(file),
    );
    expect(strange).toEqual([]);
  });

  test('names its files in kebab-case', () => {
    expect(files.filter((file) => !/^[a-z0-9-]+(\/[a-z0-9-]+)*(\.d)?\.ts$/.test(file))).toEqual([]);
  });

  test('says what every export means', () => {
    const silent = files.flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      return [
        ...text.matchAll(
          /(?<before>^.*\n)^export (?:async )?(?:function\*?|const|interface|type|class|abstract class) (?<name>\w+)/gm,
        ),
      ]
        .filter((match) => !/\*\/\s*$/.test(match.groups?.['before'] ?? ''))
        .map((match) => `${file}: ${match.groups?.['name']}`);
    });
    expect(silent).toEqual([]);
  });
});

function code(file: string): string {
  return readFileSync(join(root, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
}
