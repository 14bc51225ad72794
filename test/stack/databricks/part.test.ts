import { join } from 'node:path';
import { partNames, usualPartNames } from '../../../stack/part-name.ts';
import { chooseParts } from '../../../stack/parts.ts';
import type { PartContext } from '../../../stack/part.ts';
import { databricksPart } from '../../../stack/parts/databricks.ts';
import { startStack } from '../../../stack/stack.ts';
import { stackStatus } from '../../../stack/status.ts';
import { ownStateDir } from '../../support/own-state.ts';

const context: PartContext = {
  programs: { path: '', from: 'cache' },
  folder: '/state/databricks',
  logPath: '/state/databricks/server.log',
  ports: { api: 8480 },
  secrets: { token: 'canary-1', clientSecret: 'canary-2' },
  given: { TW_USER: 'ada' },
  cacheDir: '/cache',
  checkout: '/checkout',
  report: () => undefined,
};

test('a stack has databricks-local when it is asked for, and says nothing of it otherwise', () => {
  expect(usualPartNames).not.toContain('databricks');
  expect(partNames).toContain('databricks');
  expect(chooseParts(['databricks'], 'ministack').map(({ kind }) => kind)).toEqual(['databricks']);
  expect(stackStatus(ownStateDir()).map(({ name }) => name)).toEqual([...usualPartNames]);
});

test('it is started with its secrets in the environment, and never among the arguments', async () => {
  const { args, environment } = await databricksPart.launch(context);
  expect(args).toEqual([join('/checkout', 'dist/stack/databricks/main.js')]);
  expect(environment).toMatchObject({
    DATABRICKS_LOCAL_TOKEN: 'canary-1',
    DATABRICKS_LOCAL_USER: 'ada@databricks.local',
    DATABRICKS_LOCAL_STATE: '/state',
    DATABRICKS_LOCAL_ENGINE: 'spark',
  });
  await expect(databricksPart.launch({ ...context, checkout: undefined })).rejects.toThrow('started by tw');
});

test('its settings have the names that Databricks gave them', () => {
  expect(databricksPart.settings(context)).toEqual({
    DATABRICKS_HOST: 'http://127.0.0.1:8480',
    DATABRICKS_TOKEN: 'canary-1',
    DATABRICKS_CLUSTER_ID: '0101-000000-tradewind',
  });
});

test('whoever has a workspace gets no other one', async () => {
  const given = { DATABRICKS_HOST: 'https://dbc-1.cloud.databricks.com' };
  const stack = await startStack({ stateDir: ownStateDir(), parts: ['databricks'], tether: true, given });
  expect(stack.parts).toMatchObject([{ name: 'databricks', origin: 'given' }]);
  await stack.stop();
});
