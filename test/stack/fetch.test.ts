import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCached, obtain } from '../../stack/fetch/cache.ts';
import { checkJars, pomOf } from '../../stack/fetch/maven.ts';
import { pipInstall, pipProgress } from '../../stack/fetch/pip.ts';
import type { Recipe } from '../../stack/part.ts';
import { findPrerequisite, requirePrerequisite } from '../../stack/prerequisites.ts';
import { identify } from '../../stack/process-identity.ts';
import { purge } from '../../stack/purge.ts';
import { runTool } from '../../stack/tethered-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'tradewind-fetch-'));
const environment = { ...process.env };
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  process.env = { ...environment };
});

function recipe(cacheKey: string, fetch: Recipe['fetch']): Recipe {
  return { cacheKey, downloadBytes: 1, diskBytes: 1, fetchWith: [], fetch };
}

describe('the cache', () => {
  test('fetches once, however many ask', async () => {
    let fetched = 0;
    const slow = recipe('once-1', async (draft) => {
      fetched++;
      await new Promise((resolve) => {
        setTimeout(resolve, 100);
      });
      writeFileSync(join(draft, 'program'), '');
    });
    const folders = await Promise.all([obtain(slow, folder, () => {}), obtain(slow, folder, () => {})]);
    expect(new Set(folders)).toEqual(new Set([join(folder, 'once-1')]));
    expect(existsSync(join(folder, 'once-1', 'program'))).toBe(true);
    expect(fetched).toBe(1);
  });

  test('keeps nothing of what failed, and forgets what a killed process left', async () => {
    mkdirSync(join(folder, 'half-1.draft-999999'));
    const broken = recipe('half-1', async (draft) => {
      writeFileSync(join(draft, 'half'), '');
      throw new Error('the line broke');
    });
    await expect(obtain(broken, folder, () => {})).rejects.toThrow('the line broke');
    expect(readdirSync(folder).filter((name) => name.startsWith('half-1'))).toEqual([]);
    expect(isCached(folder, 'half-1')).toBe(false);
  });
});

describe('a purge of the cache', () => {
  test('takes downloads and the locks that killed processes left, and leaves what is not ours or in use', async () => {
    const cacheDir = mkdtempSync(join(folder, 'cache-'));
    await obtain(
      recipe('part-1', async () => {}),
      cacheDir,
      () => {},
    );
    const gone = { pid: 999_999_999, startedAt: 'long ago' };
    writeFileSync(join(cacheDir, 'part-2.lock'), JSON.stringify(gone));
    writeFileSync(join(cacheDir, 'part-3.lock'), JSON.stringify(identify(process.pid)));
    writeFileSync(join(cacheDir, 'somebody.txt'), 'else');
    await purge({ stateDir: join(folder, 'no-state'), cache: true, cacheDir });
    expect(readdirSync(cacheDir).toSorted((a, b) => a.localeCompare(b))).toEqual(['part-3.lock', 'somebody.txt']);
  });
});

describe('what a registry sends', () => {
  test('is told in bytes of the download, and then of what is unpacked', () => {
    const sizes = { downloadBytes: 45, diskBytes: 156 };
    expect(pipProgress('it', 30, sizes)).toEqual(['fetching it', 30, 45]);
    expect(pipProgress('it', 65, sizes)).toEqual(['unpacking it', 20, 156]);
    expect(pipProgress('it', 999, sizes)).toEqual(['unpacking it', 156, 156]);
  });

  test('is refused when it is not the pinned jar', async () => {
    const jars = mkdtempSync(join(folder, 'jars-'));
    writeFileSync(join(jars, 'a-1.jar'), 'good');
    await checkJars(jars, { 'a-1.jar': sha256('good') });
    await expect(checkJars(jars, { 'a-1.jar': sha256('other') })).rejects.toThrow(
      /a-1\.jar is not the file that we tried/,
    );
    await expect(checkJars(jars, { 'a-1.jar': sha256('good'), 'b-1.jar': '' })).rejects.toThrow(
      /did not bring b-1\.jar/,
    );
    writeFileSync(join(jars, 'c-1.jar'), 'stowaway');
    await expect(checkJars(jars, { 'a-1.jar': sha256('good') })).rejects.toThrow(/c-1\.jar, which is not among/);
  });

  test('is refused when it is not the pinned wheel', async () => {
    const { wheels } = await makeWheel();
    process.env['PIP_NO_INDEX'] = '1';
    process.env['PIP_FIND_LINKS'] = wheels;
    const target = mkdtempSync(join(folder, 'target-'));
    const other = [{ name: 'probe', version: '1.0', sha256: [sha256('another wheel')] }];
    const sizes = { downloadBytes: 1, diskBytes: 1 };
    await expect(pipInstall(other, target, sizes, () => {})).rejects.toThrow(/HASH|hash/);
    expect(existsSync(join(target, 'probe.py'))).toBe(false);
  });

  test('is asked for with no more than we want', () => {
    const pom = pomOf({ wanted: ['org.example:one:1.0'], transitive: false });
    expect(pom).toContain(
      '<groupId>org.example</groupId><artifactId>one</artifactId><version>1.0</version><exclusions>',
    );
    expect(pomOf({ wanted: ['org.example:one:1.0'], transitive: true })).not.toContain('exclusions');
  });
});

describe('a missing program', () => {
  test('is named in one sentence, with how to get it', async () => {
    process.env['PATH'] = mkdtempSync(join(folder, 'empty-'));
    delete process.env['JAVA_HOME'];
    await expect(requirePrerequisite('java', 'Kafka')).rejects.toThrow(
      /^Kafka needs a JDK 17 or newer \(.*apt install/,
    );
    await expect(requirePrerequisite('mvn', 'fetching Kafka')).rejects.toThrow(/^fetching Kafka needs Maven/);
    await expect(requirePrerequisite('python', 'MiniStack')).rejects.toThrow(
      /^MiniStack needs Python 3\.11 or newer with pip/,
    );
    await expect(requirePrerequisite('go', 'building versitygw')).rejects.toThrow(/^building versitygw needs Go 1\.25/);
  });

  test('is also one that is too old', async () => {
    const bin = mkdtempSync(join(folder, 'old-'));
    for (const [name, says] of [
      ['java', 'openjdk version "11.0.2"'],
      ['go', 'go version go1.20.1 linux/amd64'],
    ] as const) {
      writeFileSync(join(bin, name), `#!/bin/sh\necho '${says}'\n`);
      chmodSync(join(bin, name), 0o755);
    }
    process.env['PATH'] = bin;
    delete process.env['JAVA_HOME'];
    expect(await findPrerequisite('java')).toBeUndefined();
    expect(await findPrerequisite('go')).toBeUndefined();
  });
});

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A wheel that any pip installs: one module and its description. */
async function makeWheel(): Promise<{ readonly wheels: string }> {
  const wheels = mkdtempSync(join(folder, 'wheels-'));
  const python = await requirePrerequisite('python', 'this test');
  const script = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as wheel:
    wheel.writestr('probe.py', '')
    wheel.writestr('probe-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: probe\\nVersion: 1.0\\n')
    wheel.writestr('probe-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    wheel.writestr('probe-1.0.dist-info/RECORD', '')
`;
  const path = join(wheels, 'probe-1.0-py3-none-any.whl');
  await runTool({ command: python.path, args: ['-c', script, path], environment, purpose: 'making a wheel' });
  return { wheels };
}
