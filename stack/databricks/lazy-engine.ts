import type { NotebookEngine } from './engine.ts';

/**
 * An engine that is made when it is needed first: until then it costs nothing, and settings that it asks for may still be on
 * their way. Making it is tried again after it has failed.
 */
export function lazyEngine(make: () => NotebookEngine): NotebookEngine {
  let made: NotebookEngine | undefined;
  let closed = false;
  const engine = (): NotebookEngine => {
    if (closed) throw new Error('the engine is closed');
    made ??= make();
    return made;
  };
  return {
    run: async (order, signal) => await engine().run(order, signal),
    clusterState: (clusterId) => made?.clusterState(clusterId) ?? 'TERMINATED',
    startCluster: async (clusterId) => await engine().startCluster(clusterId),
    close: async () => {
      closed = true;
      await made?.close();
    },
  };
}
