import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writePrivately } from '../state.ts';
import { invalidParameter } from './api-error.ts';
import type { NotebookEngine } from './engine.ts';
import type { JsonObject } from './fields.ts';

/** Version of the runtime that notebooks are told of. */
export const sparkVersion = '17.3.x-scala2.13';

const librariesSchema = z.record(z.string(), z.array(z.string()));

/** The clusters: one, which is the driver of this server, ready or not. Throws {@link ApiError}. */
export interface Clusters {
  readonly has: (clusterId: string) => boolean;
  readonly isRunning: (clusterId: string) => boolean;
  readonly view: (clusterId: string) => JsonObject;
  readonly views: () => readonly JsonObject[];
  /** Begins to start it; its state says when it is there. */
  readonly start: (clusterId: string) => void;
  readonly libraries: (clusterId: string) => readonly string[];
  readonly setLibraries: (clusterId: string, packages: readonly string[]) => void;
}

/** What the clusters are made of. */
export interface ClustersOptions {
  readonly folder: string;
  readonly clusterId: string;
  readonly userName: string;
  readonly engine: NotebookEngine;
}

/** Opens the clusters of a state folder. */
export function openClusters({ folder, clusterId: only, userName, engine }: ClustersOptions): Clusters {
  const file = join(folder, 'libraries.json');
  let libraries = existsSync(file) ? librariesSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : {};
  const problems = new Map<string, string>();
  const check = (clusterId: string): void => {
    if (clusterId !== only) throw invalidParameter(`Cluster ${clusterId} does not exist`);
  };
  const view = (clusterId: string): JsonObject => {
    check(clusterId);
    return {
      cluster_id: clusterId,
      cluster_name: 'databricks-local',
      creator_user_name: userName,
      spark_version: sparkVersion,
      node_type_id: 'local',
      driver_node_type_id: 'local',
      num_workers: 0,
      autotermination_minutes: 0,
      cluster_source: 'API',
      spark_context_id: 1,
      state: engine.clusterState(clusterId),
      state_message: problems.get(clusterId) ?? '',
      start_time: 0,
      default_tags: { Vendor: 'databricks-local', Creator: userName, ClusterId: clusterId },
    };
  };
  return {
    has: (clusterId) => clusterId === only,
    isRunning: (clusterId) => engine.clusterState(clusterId) === 'RUNNING',
    view,
    views: () => [view(only)],
    start: (clusterId) => {
      check(clusterId);
      problems.delete(clusterId);
      engine.startCluster(clusterId).catch((error: unknown) => {
        problems.set(clusterId, error instanceof Error ? error.message : String(error));
      });
    },
    libraries: (clusterId) => libraries[clusterId] ?? [],
    setLibraries: (clusterId, packages) => {
      check(clusterId);
      const changed = { ...libraries, [clusterId]: [...new Set(packages)] };
      writePrivately(file, JSON.stringify(changed));
      libraries = changed;
    },
  };
}
