import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { isNotFound } from '../workers/namespace-check.ts';
import { CommandError } from './failure.ts';

/** One build of an installation's workers, as Temporal knows it (a worker deployment version). */
export interface DeployedBuild {
  readonly buildId: string;
  /** New runs begin with it. */
  readonly current: boolean;
  /** `draining`: runs that began with it still go on; `drained`: none does, so its workers may be stopped. */
  readonly drainage: 'draining' | 'drained' | null;
}

/** Numbers of temporal.api.enums.v1.VersionDrainageStatus. */
const drainages: Readonly<Record<number, DeployedBuild['drainage']>> = { 1: 'draining', 2: 'drained' };

/** Builds whose workers have polled, the newest first; empty while no worker with a build has. `installation`: stem of the task queues. */
export async function deployedBuilds(client: Client, installation: string): Promise<readonly DeployedBuild[]> {
  const { namespace } = client.options;
  try {
    const { workerDeploymentInfo: info } = await client.workflowService.describeWorkerDeployment({
      namespace,
      deploymentName: installation,
    });
    const current = info?.routingConfig?.currentDeploymentVersion?.buildId;
    return (info?.versionSummaries ?? [])
      .map(({ deploymentVersion, drainageInfo, createTime }) => ({
        buildId: deploymentVersion?.buildId ?? '',
        current: deploymentVersion?.buildId === current,
        drainage: drainages[drainageInfo?.status ?? 0] ?? null,
        created: Number(createTime?.seconds ?? 0),
      }))
      .toSorted((a, b) => b.created - a.created)
      .map(({ buildId, current: isCurrent, drainage }) => ({ buildId, current: isCurrent, drainage }));
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** Milliseconds in which a build's workers must have shown themselves: they poll within moments of their start. */
const patience = 15_000;

/**
 * Lets new runs, and controllers, begin with a build; runs that go on stay with theirs. Idempotent. Throws CommandError when no
 * worker of that build polls.
 */
export async function promoteBuild(client: Client, installation: string, buildId: string): Promise<void> {
  for (const deadline = Date.now() + patience; ; await delay(250)) {
    const builds = await deployedBuilds(client, installation);
    if (builds.some((build) => build.buildId === buildId)) break;
    if (Date.now() < deadline) continue;
    const known = builds.map((build) => build.buildId);
    const there = known.length === 0 ? 'no worker with a TW_BUILD_ID has polled yet' : `there are ${known.join(', ')}`;
    throw new CommandError(
      `no worker of build ${buildId} polls; ${there}: start one with TW_BUILD_ID=${buildId} first`,
    );
  }
  await client.workflowService.setWorkerDeploymentCurrentVersion({
    namespace: client.options.namespace,
    deploymentName: installation,
    buildId,
    identity: client.options.identity,
    // What is missing are queues of roles that this build runs nowhere, which is for whoever starts workers to decide.
    ignoreMissingTaskQueues: true,
  });
}
