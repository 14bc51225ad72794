import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isRunning } from '../../stack/process-identity.ts';
import { stopStack } from '../../stack/stack.ts';
import { openState } from '../../stack/state.ts';
import { stackStatus } from '../../stack/status.ts';
import { eventually, ownStateDir } from '../support/own-state.ts';

const built = pathToFileURL(join(__dirname, '../../dist/stack/stack.js')).href;

/** Starts a process that brings up an S3 server and says `up`, and then waits. */
function owner(stateDir: string, tether: boolean): ChildProcess {
  const script = `
    const { startStack } = await import(${JSON.stringify(built)});
    await startStack({ stateDir: ${JSON.stringify(stateDir)}, parts: ['s3'], tether: ${tether}, given: {} });
    console.log('up');
    setTimeout(() => {}, 60_000);`;
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
}

describe('a stack whose owner is killed', () => {
  test('ends with it', async () => {
    const stateDir = ownStateDir();
    const process = owner(stateDir, true);
    await once(process.stdout ?? process, 'data');
    const server = openState(stateDir).server('s3');
    expect(server && isRunning(server)).toBe(true);
    process.kill('SIGKILL');
    await eventually('the server has ended', () => server !== undefined && !isRunning(server));
    await eventually('the file that leads to it is gone', () => !existsSync(join(stateDir, 'settings.env')));
  });

  test('ends with it in the middle of a start', async () => {
    const stateDir = ownStateDir();
    const process = owner(stateDir, false);
    await eventually('the server has been started', () => openState(stateDir).server('s3') !== undefined);
    const server = openState(stateDir).server('s3');
    process.kill('SIGKILL');
    await eventually('the server has ended', () => server !== undefined && !isRunning(server));
    expect(stackStatus(stateDir).find(({ name }) => name === 's3')?.state).toBe('dead');
  });

  test('lives on when it was told to', async () => {
    const stateDir = ownStateDir();
    const process = owner(stateDir, false);
    await once(process.stdout ?? process, 'data');
    process.kill('SIGKILL');
    await once(process, 'exit');
    await new Promise((resolve) => {
      setTimeout(resolve, 500);
    });
    expect(stackStatus(stateDir).find(({ name }) => name === 's3')).toMatchObject({
      state: 'running',
      tethered: false,
    });
    expect(await stopStack(stateDir)).toEqual(['s3']);
    expect(stackStatus(stateDir).every(({ state }) => state === 'down')).toBe(true);
  });
});
