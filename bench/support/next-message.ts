import { once, type EventEmitter } from 'node:events';

/** The next message of a child process; throws when that ends before. Leaves no listener behind. */
export async function nextMessage(child: EventEmitter, name: string): Promise<unknown> {
  const heard = new AbortController();
  const { signal } = heard;
  const message = async (): Promise<unknown> => ((await once(child, 'message', { signal })) as [unknown])[0];
  const end = async (): Promise<never> => {
    await once(child, 'exit', { signal });
    throw new Error(`${name} has ended`);
  };
  try {
    return await Promise.race([message(), end()]);
  } finally {
    heard.abort();
  }
}
