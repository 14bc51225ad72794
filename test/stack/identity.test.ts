import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from '../../stack/lock.ts';
import { identify, isRunning } from '../../stack/process-identity.ts';
import { stopStack } from '../../stack/stack.ts';
import { openState } from '../../stack/state.ts';
import { companionStatus } from '../../stack/status.ts';
import { endGroup, startTethered } from '../../stack/tethered-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'tradewind-identity-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a process', () => {
  test('is not taken for another one that has its pid', async () => {
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
    const state = openState(join(folder, 'state'));
    state.setServer('mysql', {
      pid: stranger.pid ?? 0,
      startedAt: 'before the last boot',
      ports: { mysql: 3306 },
      version: '11.4.5 (cache)',
      kind: 'mysql',
      logPath: join(folder, 'server.log'),
      settings: {},
      tethered: false,
    });
    expect(await stopStack(state.folder)).toEqual([]);
    expect(state.servers()).toEqual([]);
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    stranger.kill();
    await once(stranger, 'exit');
  });

  test('that uses the servers of a state ends with them', async () => {
    const state = openState(join(folder, 'companions'));
    const { child, pid, startedAt } = startTethered({
      command: 'sleep',
      args: ['60'],
      environment: { PATH: '/usr/bin:/bin' },
      output: 'pipe',
    });
    state.setCompanions({ worker: { pid, startedAt } });
    expect(companionStatus(state.folder)).toEqual([{ name: 'worker', pid }]);
    expect(await stopStack(state.folder)).toEqual(['worker']);
    expect(identify(pid)).toBeUndefined();
    expect(companionStatus(state.folder)).toEqual([]);
    expect(state.companions()).toEqual({});
    child.unref();
  });

  test('has ended when only its corpse is left', async () => {
    const self = identify(process.pid);
    expect(self && isRunning(self)).toBe(true);
    const child = spawn('true', { stdio: 'ignore' });
    await once(child, 'exit');
    expect(identify(child.pid ?? 0)).toBeUndefined();
  });

  test('is killed when it does not end by itself', async () => {
    const stubborn = startTethered({
      command: '/bin/sh',
      args: ['-c', "trap '' TERM; echo up; while :; do sleep 0.1; done"],
      environment: { PATH: '/usr/bin:/bin' },
      output: 'pipe',
    });
    await once(stubborn.child.stdout ?? stubborn.child, 'data');
    await endGroup(stubborn, 300);
    expect(await stubborn.end).toBe('signal SIGKILL');
  });
});

describe('a lock', () => {
  test('lets one in at a time', async () => {
    const path = join(folder, 'busy.lock');
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
      inside--;
    };
    await Promise.all(Array.from({ length: 5 }, () => withLock(path, work)));
    expect(most).toBe(1);
  });

  test('is taken over from the dead at once', async () => {
    const path = join(folder, 'dead.lock');
    writeFileSync(path, JSON.stringify({ pid: process.pid, startedAt: 'in another life' }));
    expect(await withLock(path, async () => 'in', { waitMs: 1_000 })).toBe('in');
  });

  test('says who holds it when it is waited for too long', async () => {
    const path = join(folder, 'held.lock');
    await withLock(path, async () => {
      await expect(withLock(path, async () => 'in', { waitMs: 100 })).rejects.toThrow(`process ${process.pid} holds`);
    });
  });
});
