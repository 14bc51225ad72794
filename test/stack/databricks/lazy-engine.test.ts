import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lazyEngine } from '../../../stack/databricks/lazy-engine.ts';
import { scriptedEngine } from '../../../stack/databricks/scripted-engine.ts';
import { stackSettings } from '../../../stack/databricks/stack-settings.ts';
import { ownStateDir } from '../../support/own-state.ts';

test('an engine that is made when it is needed: not before, once, and again when making it has failed', async () => {
  let asked = 0;
  const engine = lazyEngine(() => {
    asked += 1;
    if (asked === 1) throw new Error('no settings yet');
    return scriptedEngine();
  });
  expect([engine.clusterState('c'), asked]).toEqual(['TERMINATED', 0]);
  await expect(engine.startCluster('c')).rejects.toThrow('no settings yet');
  await engine.startCluster('c');
  await engine.startCluster('c');
  expect([engine.clusterState('c'), asked]).toEqual(['RUNNING', 2]);
  await engine.close();
  await expect(engine.startCluster('c')).rejects.toThrow('closed');
});

test('an engine that was never needed is closed without being made', async () => {
  const engine = lazyEngine(() => {
    throw new Error('not to be made');
  });
  await expect(engine.close()).resolves.toBeUndefined();
});

test('S3 is where the stack says now, with its keys and without a session token of the shell', () => {
  const stateDir = ownStateDir();
  const before = process.env['AWS_SESSION_TOKEN'];
  process.env['AWS_SESSION_TOKEN'] = 'of the shell';
  try {
    writeFileSync(
      join(stateDir, 'settings.env'),
      'TW_S3_ENDPOINT=http://127.0.0.1:4567\nAWS_ACCESS_KEY_ID=a\nAWS_SECRET_ACCESS_KEY=b\n',
    );
    expect(stackSettings(stateDir).s3).toMatchObject({
      endpoint: 'http://127.0.0.1:4567',
      accessKeyId: 'a',
      sessionToken: undefined,
    });
  } finally {
    if (before === undefined) delete process.env['AWS_SESSION_TOKEN'];
    else process.env['AWS_SESSION_TOKEN'] = before;
  }
});
