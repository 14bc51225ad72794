import { join } from 'node:path';
import { startStack, type Stack } from '../../../stack/stack.ts';
import { stackStatus } from '../../../stack/status.ts';
import type { ApiBody } from '../../support/databricks-local.ts';
import { eventually, ownStateDir } from '../../support/own-state.ts';
import { isPidRunning } from '../../support/shared-stack.ts';

const checkout = join(__dirname, '../../..');

async function start(stateDir: string): Promise<Stack> {
  return await startStack({ stateDir, parts: ['s3', 'databricks'], checkout, tether: true, given: {} });
}

async function call(stack: Stack, path: string, body?: unknown): Promise<ApiBody> {
  const response = await fetch(`${stack.settings['DATABRICKS_HOST']}/api/${path}`, {
    headers: { authorization: `Bearer ${stack.settings['DATABRICKS_TOKEN']}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  return JSON.parse(await response.text());
}

const source = `# Databricks notebook source
spark.range(7).write.mode("overwrite").saveAsTable("kept")
# COMMAND ----------
bucket = dbutils.widgets.get("bucket")
spark.table("kept").write.mode("overwrite").json(f"s3a://{bucket}/probe")
dbutils.notebook.exit(str(spark.read.json(f"s3a://{bucket}/probe").count()))
`;

async function run(stack: Stack): Promise<ApiBody> {
  const submitted = await call(stack, '2.2/jobs/runs/submit', {
    existing_cluster_id: stack.settings['DATABRICKS_CLUSTER_ID'],
    notebook_task: {
      notebook_path: '/Shared/probe',
      base_parameters: { bucket: stack.settings['TW_S3_BUCKET'] },
    },
  });
  const get = `2.2/jobs/runs/get?run_id=${submitted.run_id}`;
  await eventually('the run is over', async () => (await call(stack, get)).end_time > 0, 240_000);
  return await call(stack, get);
}

test('a stack with databricks-local runs a notebook on Spark against its own S3 server, and keeps runs over a restart', async () => {
  const stateDir = ownStateDir();
  const stack = await start(stateDir);
  const content = Buffer.from(source).toString('base64');
  await call(stack, '2.0/workspace/import', { path: '/Shared/probe', language: 'PYTHON', content });
  const first = await run(stack);
  const output = await call(stack, `2.2/jobs/runs/get-output?run_id=${first.run_id}`);
  expect([first.state.result_state, output.error, output.notebook_output.result]).toEqual(['SUCCESS', undefined, '7']);
  const page = await fetch(first.run_page_url);
  expect(await page.text()).toContain('spark.range(7)');
  const pids = stackStatus(stateDir).flatMap(({ pid }) => pid ?? []);
  await stack.stop();
  expect(pids.filter(isPidRunning)).toEqual([]);

  const second = await start(stateDir);
  expect(second.settings).toEqual(stack.settings);
  expect((await call(second, `2.2/jobs/runs/get?run_id=${first.run_id}`)).state.result_state).toBe('SUCCESS');
  await second.stop();
}, 600_000);
