import { EventEmitter } from 'node:events';
import { nextMessage } from '../../bench/support/next-message.ts';

test('the next message of a process is heard, however often one waits for it, with no listener left', async () => {
  const child = new EventEmitter();
  for (let n = 0; n < 20; n++) {
    const heard = nextMessage(child, 'the worker');
    child.emit('message', n);
    await expect(heard).resolves.toBe(n);
    expect([child.eventNames(), child.listenerCount('exit')]).toEqual([[], 0]);
  }
});

test('a process that ends says nothing more', async () => {
  const child = new EventEmitter();
  const heard = nextMessage(child, 'the worker of dag');
  child.emit('exit', 1, null);
  await expect(heard).rejects.toThrow('the worker of dag has ended');
  expect(child.eventNames()).toEqual([]);
});
