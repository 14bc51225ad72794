import { createTryLogKeeper } from '../../../activities/s3/try-log-keeper.ts';
import { defaultPatience } from '../../../activities/s3/s3-client.ts';
import { createS3ObjectStore, type S3ObjectStore } from '../../../activities/s3/s3-object-store.ts';
import type { TryLogs } from '../../../activities/shared/try-logs.ts';
import { logBytes } from '../../../pipeline/log-lines.ts';
import { tryLogKey, type TryPlace } from '../../../pipeline/run-keys.ts';
import { eventually } from '../../support/own-state.ts';
import { testSettings, uniqueName } from '../../support/stack.ts';
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts';

const settings = { ...testSettings().s3, bucket: uniqueName('keeper') };
const once = { ...defaultPatience, attempts: 1 };

let store: S3ObjectStore;

beforeAll(async () => {
  store = createS3ObjectStore(settings);
  await store.ensureBucket();
});

afterAll(async () => {
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  await store.remove(keys);
  store.close();
});

/** A keeper behind a proxy of its own, and what it warned of. */
interface Kept extends AsyncDisposable {
  readonly proxy: FaultProxy;
  readonly logs: TryLogs;
  readonly warnings: readonly string[];
}

async function keep(options: { readonly mostHeld?: number } = {}): Promise<Kept> {
  const proxy = await startFaultProxy(settings.endpoint ?? '');
  const faulty = createS3ObjectStore({ ...settings, endpoint: proxy.endpoint }, once);
  const warnings: string[] = [];
  const warn = (message: string, fields?: object): void => void warnings.push(`${message} ${JSON.stringify(fields)}`);
  const logs = createTryLogKeeper({ store: faulty, log: { warn }, ...options });
  return {
    proxy,
    logs,
    warnings,
    async [Symbol.asyncDispose]() {
      await logs.close();
      faulty.close();
      await proxy.close();
    },
  };
}

function somewhere(tryNumber = 1): TryPlace {
  return { dagId: 'aDag', runId: uniqueName('run'), taskId: 'aTask', mapIndex: -1, tryNumber };
}

function lineOf(n: number, msg = ''): string {
  return JSON.stringify({ level: 30, time: new Date().toISOString(), n, msg });
}

async function linesOf(place: TryPlace): Promise<readonly string[]> {
  return ((await store.get(tryLogKey(place)))?.body.toString() ?? '').split('\n').slice(0, -1);
}

/** Lines that a log says it lacks. */
function leftOutOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + ((JSON.parse(line) as { readonly leftOut?: number }).leftOut ?? 0), 0);
}

describe('a keeper of logs', () => {
  test.concurrent('has a line in the object soon, by itself, and each try in its own', async () => {
    await using kept = await keep();
    const [one, two] = [somewhere(), somewhere(2)];
    const lines = [lineOf(1), lineOf(2), lineOf(3)] as const;
    const begun = performance.now();
    kept.logs.add(one, lines[0]);
    kept.logs.add(two, lines[1]);
    kept.logs.add(one, lines[2]);
    // Whoever logs waits for nothing.
    expect(kept.proxy.seen).toEqual([]);
    await eventually('both', async () => (await linesOf(one)).length + (await linesOf(two)).length === 3);
    // A second, and what a busy server takes.
    expect(performance.now() - begun).toBeLessThan(15_000);
    expect(await linesOf(one)).toEqual([lines[0], lines[2]]);
    expect(await linesOf(two)).toEqual([lines[1]]);
    // A short log is one request.
    expect(kept.proxy.seen).toHaveLength(2);
  });

  test.concurrent('appends to what another worker began, and both may go on', async () => {
    await using first = await keep();
    await using second = await keep();
    const place = somewhere();
    const lines = Array.from({ length: 300 }, (_, n) => lineOf(n));
    for (const [n, line] of lines.entries()) {
      (n % 2 === 0 ? first : second).logs.add(place, line);
      if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await Promise.all([first.logs.close(), second.logs.close()]);
    const kept = await linesOf(place);
    expect(kept.toSorted()).toEqual(lines.toSorted());
  });

  test.concurrent('waits for a store that is away, warns once, and keeps every line once', async () => {
    await using kept = await keep();
    const place = somewhere();
    kept.proxy.rule = () => ({ kind: 'reset' });
    const lines = Array.from({ length: 5 }, (_, n) => lineOf(n));
    for (const line of lines) {
      kept.logs.add(place, line);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    await eventually('two tries', async () => kept.proxy.seen.length >= 2);
    kept.proxy.rule = () => undefined;
    await eventually('the lines', async () => (await linesOf(place)).length === lines.length);
    expect(await linesOf(place)).toEqual(lines);
    expect(kept.warnings).toHaveLength(1);
    expect(kept.warnings[0]).toMatch(/not kept for now.*could not create logs\/aDag/);
  });

  test.concurrent('counts what does not fit in its memory, in the place of the lines', async () => {
    await using kept = await keep({ mostHeld: 10_000 });
    const place = somewhere();
    kept.proxy.rule = () => ({ kind: 'reset' });
    const lines = Array.from({ length: 300 }, (_, n) => lineOf(n, 'x'.repeat(20)));
    for (const line of lines) kept.logs.add(place, line);
    await eventually('a try', async () => kept.proxy.seen.length > 0);
    kept.proxy.rule = () => undefined;
    await eventually('the lines', async () => (await linesOf(place)).length > 0);
    kept.logs.add(place, lineOf(300, 'and on'));
    await eventually('the last', async () => (await linesOf(place)).at(-1)?.includes('and on') === true);
    const log = await linesOf(place);
    const fitted = log.length - 2;
    expect(log.slice(0, fitted)).toEqual(lines.slice(0, fitted));
    expect(leftOutOf(log.slice(fitted, fitted + 1))).toBe(lines.length - fitted);
  });

  test.concurrent('gives up what the store will never take, warns once, and goes on', async () => {
    await using kept = await keep();
    const [refused, fine] = [somewhere(), somewhere()];
    kept.proxy.rule = (_, path) =>
      path.includes(refused.runId) ? { kind: 'status', status: 403, code: 'AccessDenied' } : undefined;
    kept.logs.add(refused, lineOf(1));
    kept.logs.add(fine, lineOf(2));
    await eventually('the warning', async () => kept.warnings.length > 0);
    kept.logs.add(refused, lineOf(3));
    kept.proxy.rule = () => undefined;
    await eventually('the rest', async () => (await linesOf(refused)).length > 0);
    const log = await linesOf(refused);
    expect([leftOutOf(log), log.length]).toEqual([1, 2]);
    expect(log.at(-1)).toContain('"n":3');
    await eventually('the line of the other', async () => (await linesOf(fine)).length === 1);
    expect(kept.warnings).toHaveLength(1);
  });

  test.concurrent('bounds a try that logs without end, in the object, in memory and on the wire', async () => {
    await using kept = await keep();
    const place = somewhere();
    const text = 'x'.repeat(1_000);
    const total = 40_000;
    const begun = performance.now();
    for (let n = 0; n < total; n += 1) {
      kept.logs.add(place, lineOf(n, text));
      if (n % 1_000 === 0) await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const requests = kept.proxy.seen.length;
    const seconds = (performance.now() - begun) / 1_000;
    await kept.logs.close();
    const log = await linesOf(place);
    const size = log.reduce((sum, line) => sum + line.length + 1, 0);
    expect(size).toBeGreaterThan(logBytes * 0.9);
    expect(size).toBeLessThan(logBytes * 1.01);
    const gaps = log.filter((line) => line.startsWith('{"leftOut":')).length;
    expect(leftOutOf(log) + log.length - gaps).toBe(total);
    expect(log.at(-1)).toContain(`"n":${total - 1},`);
    // Four seconds and more, 40 MB of lines: written once after a second, and not again within seventeen.
    expect(requests).toBeLessThanOrEqual(2 + 2 * Math.floor(seconds / 17));
  });

  test.concurrent('ends within seconds where the store does not answer, and says what was lost', async () => {
    await using kept = await keep();
    kept.proxy.rule = () => ({ kind: 'silence' });
    for (let n = 0; n < 40; n += 1) kept.logs.add(somewhere(), lineOf(n));
    const begun = performance.now();
    await kept.logs.close();
    // Three; an answer alone is waited for sixty.
    expect(performance.now() - begun).toBeLessThan(30_000);
    expect(kept.warnings.at(-1)).toBe('log lines could not be kept; they are here only {"lines":40}');
  });
});
