import { readdirSync } from 'node:fs';
import { benchReport } from './support/report.ts';
import type { Bench } from './support/report.ts';

// npm run bench -- NAME [options]: runs bench/NAME.ts, which exports one function of the type Bench.
const [name, ...args] = process.argv.slice(2);
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'main.ts')
  .map((file) => file.slice(0, -'.ts'.length));

if (name === undefined || !names.includes(name)) {
  process.stderr.write(`usage: npm run bench -- NAME [options]\n  NAME is one of: ${names.join(', ')}\n`);
  process.exit(2);
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
const module: unknown = await import(`./${name}.ts`);
const bench = Object.values(module ?? {}).find(isBench);
if (bench === undefined) throw new TypeError(`bench/${name}.ts exports no function`);
const report = benchReport(name);
try {
  await bench({ args, signal: stop.signal, record: report.record, note: report.note });
} finally {
  report.close();
}

function isBench(value: unknown): value is Bench {
  return typeof value === 'function';
}
