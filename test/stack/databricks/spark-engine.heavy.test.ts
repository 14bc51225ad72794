import { PutObjectCommand } from '@aws-sdk/client-s3';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createS3Client, defaultPatience } from '../../../activities/s3/s3-client.ts';
import { eventually } from '../../support/own-state.ts';
import { testSettings } from '../../support/stack.ts';
import { courseSecret, sparkScene, type SceneRun, type SparkScene } from './spark-scene.ts';

jest.setTimeout(900_000);

const root = join(__dirname, '../../..');
let scene: SparkScene;
beforeAll(async () => {
  scene = await sparkScene();
});
afterAll(() => scene.close());

const text = ({ log }: SceneRun): string => log.map((line) => line.text).join('\n');
const exitOf = ({ end }: SceneRun): string | undefined => {
  if (end.state !== 'success') throw new Error(JSON.stringify(end, undefined, 2).replaceAll('\\n', '\n'));
  return end.exit;
};

describe('the notebooks of a student of the course', () => {
  test('keep credentials in a table, mount the bucket with them and show what is there', async () => {
    expect(scene.engine.clusterState('c-1')).toBe('TERMINATED');
    exitOf(await scene.run('credentials'));
    expect(scene.engine.clusterState('c-1')).toBe('RUNNING');
    const mounted = await scene.run('mount');
    exitOf(mounted);
    expect(text(mounted)).toContain(`dbfs:/mnt/${scene.bucket}/topics/0a1b.pin/partition=0/0a1b.pin+0+0000000010.json`);
    expect(readFileSync(join(scene.stateDir, 'mounts.properties'), 'utf8')).not.toMatch(/AKIAEXAMPLE|ab%2Fcd/);
  });

  test('clean the topics and answer questions, one notebook running another', async () => {
    const run = await scene.run('queries');
    const { rows, medians } = JSON.parse(exitOf(run) ?? '') as Record<string, unknown>;
    expect(rows).toBe(30);
    expect(medians).toEqual({ '18-24': 3000, '25-35': 12000, '36+': 24000 });
    expect(run.log.filter(({ notebook }) => notebook === '/Users/ada/clean').map(({ cell }) => cell)).toContain(0);
    expect(text(run)).toMatch(/France\s+\| art\s+\|\s+5/);
  });
});

describe('what notebooks find', () => {
  test('UDFs, pandas, and the names that PySpark 4 hides', async () => {
    const run = await scene.run('udf');
    exitOf(run);
    expect(text(run)).toContain('<b>bold</b>');
    expect(run.log.filter(({ kind }) => kind === 'result').at(-1)?.text).toBe('True');
  });

  test('widgets, files, a shell, secrets, packages and other notebooks', async () => {
    const run = await scene.run('utilities', { given: 'by the run' });
    expect(exitOf(run)).toBe('[REDACTED]');
    expect(text(run)).toContain('from a shell 42');
    expect(text(run)).toContain('the secret is [REDACTED]');
    expect(text(run)).not.toContain(courseSecret);
    expect(run.log.some(({ notebook, kind }) => notebook === '/Users/ada/inner' && kind === 'error')).toBe(true);
  });

  test('the libraries that a task asks for, for its run alone', async () => {
    // Left there by the notebook of utilities.
    const wheel = join(scene.dbfsDir, 'tmp', 'tiny-1.0-py3-none-any.whl');
    await scene.source('library', 'import tiny\ndbutils.notebook.exit(tiny.answer)').then(({ end }) => {
      expect(end).toMatchObject({ state: 'failed', error: expect.stringContaining('ModuleNotFoundError') });
    });
    expect(exitOf(await scene.run('library', {}, undefined, [wheel]))).toBe('42');
    const { end } = await scene.run('library', {}, undefined, ['/nowhere/at-all.whl']);
    expect(end).toMatchObject({ state: 'failed', error: expect.stringContaining('at-all.whl') });
  });

  test('Python as it is there: files below /dbfs, threads, pandas, SQL with parameters', async () => {
    const run = await scene.run('python', { who: 'ada' });
    expect(exitOf(run)).toBe('done');
    expect(text(run)).toContain('spark.stop() does nothing here');
  });

  test('modules and files of the workspace, in the folder of the notebook', async () => {
    const run = await scene.run('modules');
    exitOf(run);
    expect(text(run)).toMatch(/Wall time: .* s[\s\S]*at last[\s\S]*mount\(source/);
  });

  test('Delta tables, in the metastore and in buckets', async () => {
    expect((await scene.run('tables', {})).end).toEqual({ state: 'success', exit: undefined });
  });
});

describe('a bucket', () => {
  test('is seen as it is by a run, whatever another writer did a moment ago', async () => {
    const { s3 } = testSettings();
    const client = createS3Client(s3, defaultPatience);
    const put = async (name: string, body: string): Promise<void> => {
      await client.send(new PutObjectCommand({ Bucket: scene.bucket, Key: `moving/${name}.json`, Body: body }));
    };
    const read = async (path: string): Promise<string | undefined> => {
      const code = `rows = spark.read.schema("n INT").json("s3a://${scene.bucket}/moving/${path}").collect()`;
      return exitOf(await scene.source('reads', `${code}\ndbutils.notebook.exit(sorted(row.n for row in rows))`));
    };
    await put('a', '{"n":1}');
    expect(await read('*.json')).toBe('[1]');
    await put('a', '{"n":22222}');
    expect(await read('a.json')).toBe('[22222]');
    await put('a', '{"n":3}');
    await put('b', '{"n":4}');
    expect(await read('*.json')).toBe('[3, 4]');
    await put('b', '{"n":555}');
    expect(await read('')).toBe('[3, 555]');
    client.destroy();
  });
});

describe('a bucket of the stack', () => {
  test('is meant by notebooks that set the endpoint and keys of AWS', async () => {
    const code = `conf = sc._jsc.hadoopConfiguration()
for name, value in {"endpoint": "s3.invalid", "access.key": "AKIAEXAMPLE", "secret.key": "abcd", "path.style.access": "false"}.items():
    conf.set("fs.s3a." + name, value)
    spark.conf.set("fs.s3a." + name, value)
try:
    dbutils.notebook.exit(spark.read.json("s3n://AKIAEXAMPLE:ab%2Fcd@${scene.bucket}/topics/0a1b.pin/partition=0/").count())
finally:
    conf.unset("fs.s3a.endpoint")`;
    expect(exitOf(await scene.source('sets', code))).toBe('30');
  });
});

describe('streams', () => {
  test('that end by themselves are waited for', async () => {
    const run = await scene.run('stream', { what: 'once' });
    exitOf(run);
    expect(text(run)).toContain('(10 rows)');
  });

  test('that do not are drained and stopped', async () => {
    const run = await scene.run('stream', { what: 'endless' });
    exitOf(run);
    expect(text(run)).toMatch(/processing what there is, then stopping/);
  });

  test('fail the run when they fail after its last cell', async () => {
    const { end } = await scene.run('stream', { what: 'fails' });
    expect(end).toMatchObject({ state: 'failed', cell: undefined });
    expect(JSON.stringify(end)).toMatch(/StreamFailed[\s\S]*ZeroDivisionError/);
  });
});

describe('runs', () => {
  test('share global views and tables, and nothing else', async () => {
    const first = await scene.source(
      'leaves',
      'x = 1\nspark.range(3).createOrReplaceTempView("mine")\nspark.conf.set("a.b", "1")',
    );
    exitOf(first);
    const second = await scene.source(
      'looks',
      "views = spark.sql(\"SHOW VIEWS\").count()\ndbutils.notebook.exit(f\"{'x' in globals()} {views} {spark.conf.get('a.b', None)} {spark.table('global_temp.gtv_pin').count()}\")",
    );
    expect(exitOf(second)).toBe('False 0 None 30');
  });

  test('fail with the cell, the error and the traceback', async () => {
    const code =
      'def halve(n):\n    return n / 0\n\n# COMMAND ----------\n\nprint("before")\nhalve(1)\n\n# COMMAND ----------\n\nprint("never")';
    const run = await scene.source('fails', `# Databricks notebook source\n${code}`);
    expect(run.end).toMatchObject({ state: 'failed', error: 'ZeroDivisionError: division by zero', cell: 1 });
    expect(run.end).toHaveProperty(
      'trace',
      expect.stringMatching(/<command-2>, line 2\n.*\n---->\s*2 halve\(1\)[\s\S]*<command-1>, line 2, in halve/),
    );
    expect(text(run)).not.toContain('never');
    const missing = await scene.source('missing', 'spark.table("nobody").show()');
    expect(missing.end).toHaveProperty(
      'error',
      expect.stringMatching(/^AnalysisException: \[TABLE_OR_VIEW_NOT_FOUND\]/),
    );
    const sql = await scene.source(
      'sql',
      '# Databricks notebook source\n1\n# COMMAND ----------\n# MAGIC %sql SELECT 1; FOO',
    );
    expect(sql.end).toMatchObject({ cell: 1, error: expect.stringMatching(/^ParseException/) as unknown });
    expect(sql.end).toHaveProperty('trace', expect.stringContaining('File <command-2>, a cell of sql'));
    const dead = await scene.source('dead', 'import os\nos._exit(3)');
    expect(dead.end).toMatchObject({ state: 'failed', error: 'Fatal error: The Python kernel is unresponsive.' });
  });

  test('go side by side', async () => {
    const code =
      'import time\nbegun = time.time()\nspark.range(1000).count()\ntime.sleep(3)\ndbutils.notebook.exit(f"{begun} {time.time()}")';
    const runs = await Promise.all(['a', 'b', 'c'].map((name) => scene.source(name, code)));
    const spans = runs.map((run) => (exitOf(run) ?? '').split(' ').map(Number));
    const last = Math.max(...spans.map(([begun = 0]) => begun));
    const first = Math.min(...spans.map(([, ended = 0]) => ended));
    expect(last).toBeLessThan(first);
  });

  test('are killed for real: process, jobs, streams', async () => {
    const abort = new AbortController();
    const going = scene.run('sleeps', {}, abort.signal);
    await eventually('it is busy', () => scene.log().some((line) => line.text.includes('busy')));
    await eventually('its jobs and its stream are', async () => {
      const { jobs, streams } = await scene.activity();
      return jobs >= 2 && streams === 1;
    });
    expect(processes()).toContain('sleep 331');
    abort.abort();
    expect((await going).end).toEqual({ state: 'canceled' });
    expect(await scene.activity()).toEqual({ jobs: 0, streams: 0 });
    expect(processes()).not.toContain('sleep 331');
  });

  test('begin within a second and a half on a warm cluster', async () => {
    const found: SceneRun[] = [];
    for (let n = 0; n < 6; n += 1) {
      found.push(await scene.source('short', 'print("short")'));
      await new Promise((resolve) => {
        setTimeout(resolve, 1_500);
      });
    }
    const median = (of: (run: SceneRun) => number): number => found.map(of).toSorted((a, b) => a - b)[3] ?? Number.NaN;
    process.stderr.write(
      `first cell after ${median((run) => run.toFirstCell)} ms, end after ${median((run) => run.ms)} ms\n`,
    );
    expect(median((run) => run.toFirstCell)).toBeLessThan(1_500);
  });
});

describe('the driver', () => {
  test('that is lost takes its runs with it, and the next run gets a new one, with all tables and mounts', async () => {
    const going = scene.source('waits', 'import time\nprint("busy")\ntime.sleep(300)');
    await eventually('it is busy', () => scene.log().some((line) => line.text.includes('busy')));
    const jvm = processes()
      .split('\n')
      .find((line) => line.includes(scene.stateDir) && line.includes('SparkSubmit'));
    process.kill(Number(jvm?.trim().split(' ')[0]), 'SIGKILL');
    await expect(going).rejects.toThrow(/driver was lost/);
    expect(scene.engine.clusterState('c-1')).toBe('TERMINATED');
    expect(exitOf(await scene.run('tables_again'))).toMatch(/^2 6 .*'u_joined'\]$/);
  });

  test('leaves no process behind when the engine is closed', async () => {
    const going = scene.run('sleeps');
    await eventually('it is busy', () => scene.log().some((line) => line.text.includes('busy')));
    await scene.restart();
    await expect(going).rejects.toThrow(/closed/);
    expect(processes()).not.toContain(scene.stateDir);
    expect(processes()).not.toContain('sleep 331');
  });

  test('leaves no process behind when its owner is killed', async () => {
    const script = `
      const { createSparkEngine } = await import(${JSON.stringify(pathToFileURL(join(root, 'dist/stack/databricks/spark-engine.js')).href)});
      const engine = createSparkEngine({
        stateDir: ${JSON.stringify(scene.stateDir)}, dbfsDir: ${JSON.stringify(scene.dbfsDir)},
        sources: ${JSON.stringify(join(root, 'stack/databricks'))}, s3: { region: 'us-east-1' },
        host: { findNotebook: async () => undefined, secret: async () => undefined, secretKeys: async () => ({}) },
      });
      await engine.startCluster('c-1');
      console.log('up');
      setTimeout(() => {}, 600_000);`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await Promise.race([once(owner.stdout, 'data'), once(owner, 'exit')]);
    await eventually('its children are there', () => processes().includes(`-m spark.child ${scene.stateDir}`));
    owner.kill('SIGKILL');
    await eventually('all have ended', () => !processes().includes(scene.stateDir));
    // What the loop above waits for is the test.
    expect(processes()).not.toContain(scene.stateDir);
  });
});

/** Processes of this machine: pid and arguments, a line each. */
function processes(): string {
  return execFileSync('ps', ['-eo', 'pid=,args=', '-ww'], { encoding: 'utf8', maxBuffer: 2 ** 26 });
}
