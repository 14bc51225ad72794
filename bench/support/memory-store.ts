import type { ObjectStore } from '../../activities/shared/object-store.ts';

const unused = (): never => {
  throw new Error('the memory store of benchmarks only creates, replaces and gets');
};

/** The few small objects of a run in memory, for benchmarks of what is not storage. */
export function memoryStore(): ObjectStore {
  const objects = new Map<string, Buffer>();
  return {
    create: async (key, body) => {
      if (objects.has(key)) return 'exists';
      objects.set(key, Buffer.from(body));
      return 'created';
    },
    get: async (key) => {
      const body = objects.get(key);
      return (
        body && {
          key,
          body,
          size: body.length,
          lastModified: new Date(),
          metadata: {},
          contentEncoding: undefined,
          version: '',
        }
      );
    },
    createFromFile: unused,
    replace: async (key, body) => void objects.set(key, Buffer.from(body)),
    replaceVersion: unused,
    head: unused,
    stream: unused,
    download: unused,
    list: unused,
    remove: unused,
  };
}
