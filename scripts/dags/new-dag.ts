import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { reservedIds } from '../../dag/reserved-ids.ts';
import { CommandError } from '../failure.ts';

/** A file of a new DAG. */
export interface NewFile {
  /** From the folder of the checkout. */
  readonly path: string;
  /** The whole file as it will be. */
  readonly text: string;
  /** Whether it is there already, and is added to. */
  readonly isThere: boolean;
}

const entry = 'workflows/index.ts';

/** Names that no export can have. */
const reserved = new Set(
  'await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield arguments'.split(
    ' ',
  ),
);

/** Names that the files of a new DAG use themselves. */
const taken = new Set(['dag', 'expect', 'result', 'state', 'states', 'test', 'testDag', 'tries', 'undefined', 'z']);

/**
 * The files that a new DAG of this id takes in a checkout: the DAG, its test, and its name in the list of DAGs. Writes nothing.
 * Throws CommandError when the id will not do, or one of the files is there.
 */
export function planNewDag(checkout: string, id: string): readonly NewFile[] {
  if (!/^[a-z][A-Za-z0-9_]{0,99}$/.test(id) || reserved.has(id)) {
    throw new CommandError(
      `${id} cannot name a DAG, since it is also the name of an export: write it like landPins, at most 100 letters and digits`,
    );
  }
  if (taken.has(id)) throw new CommandError(`${id} cannot name a DAG: its files use that name; choose another name`);
  if (reservedIds.has(id)) {
    throw new CommandError(
      `${id} cannot name a DAG: the engine has a workflow of that name, which looks after DAGs; choose another name`,
    );
  }
  const name = fileNameOf(id);
  const index = readFileSync(join(checkout, entry), 'utf8');
  const made = [
    { path: `workflows/${name}.ts`, text: dagText(id) },
    { path: `test/dags/${name}.test.ts`, text: testText(id, name) },
  ];
  const inTheWay = made.find(({ path }) => existsSync(join(checkout, path)));
  if (inTheWay !== undefined) throw new CommandError(`${inTheWay.path} is there already; choose another name`);
  if (new RegExp(`\\b${id}\\b`).test(index))
    throw new CommandError(`there is a DAG ${id} already; choose another name`);
  return [
    ...made.map((file) => ({ ...file, isThere: false })),
    { path: entry, text: `${index.trimEnd()}\nexport { ${id} } from './${name}.ts';\n`, isThere: true },
  ];
}

/** Writes the files of a new DAG, the list of DAGs last. */
export function writeNewDag(checkout: string, files: readonly NewFile[]): void {
  for (const { path, text, isThere } of files) {
    mkdirSync(dirname(join(checkout, path)), { recursive: true });
    writeFileSync(join(checkout, path), text, { flag: isThere ? 'w' : 'wx' });
  }
}

/** `landPins` and `land_pins` are in `land-pins.ts`. */
function fileNameOf(id: string): string {
  return id
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll(/_+/g, '-')
    .replace(/-$/, '')
    .toLowerCase();
}

function dagText(id: string): string {
  return `import { z } from 'zod';
import { dag } from './engine/dag.ts';

/** Counts the letters of words: an example to write your own tasks over. */
export const ${id} = dag(
  '${id}',
  {
    description: 'Count the letters of words',
    schedule: null,
    params: z.object({ words: z.array(z.string()).default(['wind', 'sail']).describe('what is counted') }),
    defaultArgs: { retries: 2, retryDelay: '1 minute' },
  },
  ({ task, map }) => {
    const words = task('words', { run: (_, { params }) => params.words });
    const count = map('count', words, { run: (word) => word.length });
    task('total', { needs: { count }, run: ({ count: letters }) => letters.reduce((sum, one) => sum + one, 0) });
  },
);
`;
}

function testText(id: string, name: string): string {
  return `import { testDag } from '../../testing/test-dag.ts';
import { ${id} } from '../../workflows/${name}.ts';

test('${id} counts the letters of its words', async () => {
  const { state, states, result } = await testDag(${id}, { params: { words: ['wind', 'sail', 'sea'] } });
  expect(state).toBe('success');
  expect(states).toEqual({ words: 'success', count: ['success', 'success', 'success'], total: 'success' });
  expect(result({ taskId: 'total' })).toBe(11);
});

test('${id} fails when a word cannot be counted, after three tries', async () => {
  const { state, states, tries } = await testDag(${id}, {
    tasks: {
      count: () => {
        throw new Error('no letters');
      },
    },
  });
  expect([state, states['total']]).toEqual(['failed', 'upstream_failed']);
  expect(tries({ taskId: 'count', mapIndex: 0 })).toHaveLength(3);
});
`;
}
