import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const root = join(__dirname, '..');

test('the DAG of the README compiles as it is pasted into workflows/', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const [, code = ''] = /```ts\n([\s\S]*?)```/.exec(readme.slice(readme.indexOf('## Add a DAG'))) ?? [];
  expect(code).toContain('export const landPins = dag(');
  const folder = mkdtempSync(join(tmpdir(), 'tradewind-readme-'));
  try {
    const up = relative(folder, root);
    const elsewhere = code.replaceAll("from '../", `from '${up}/`).replaceAll("from './", `from '${up}/workflows/`);
    writeFileSync(join(folder, 'land-pins.ts'), elsewhere);
    const config = { extends: join(root, 'tsconfig.json'), include: ['land-pins.ts'], exclude: [] };
    const options = { types: ['node'], typeRoots: [join(root, 'node_modules/@types')], noEmit: true };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ ...config, compilerOptions: options }));
    writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const complaints = (): string => {
      try {
        return execFileSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' });
      } catch (error) {
        return String((error as { readonly stdout?: string }).stdout);
      }
    };
    expect(complaints()).toBe('');
    writeFileSync(join(folder, 'land-pins.ts'), elsewhere.replace('({ table:', '({ tabel:'));
    expect(complaints()).toContain('tabel');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
