import Table from 'cli-table3';
import { Command } from 'commander';
import { loadSettings } from '../../config/environment.ts';
import { openTemporal } from '../temporal-client.ts';
import { deployedBuilds, promoteBuild, type DeployedBuild } from '../worker-deployment.ts';

/** `tw deployment`: the builds that workers run, where they say which (TW_BUILD_ID). */
export function deploymentCommand(): Command {
  const command = new Command('deployment').description('builds of workers: which one new runs begin with');
  command
    .command('list')
    .description('builds whose workers have polled, and whether runs of theirs still go on')
    .option('--json', 'print JSON')
    .action(list);
  command
    .command('promote')
    .description('let new runs begin with a build; runs that go on stay with theirs')
    .argument('<build-id>')
    .action(promote);
  return command;
}

async function list({ json = false }: { readonly json?: boolean }): Promise<void> {
  const { temporal: settings, taskQueue } = loadSettings(['temporal']);
  await using temporal = await openTemporal(settings);
  const builds = await deployedBuilds(temporal.client, taskQueue);
  if (json) console.log(JSON.stringify(builds));
  else console.log(builds.length === 0 ? 'no worker with a TW_BUILD_ID has polled yet' : tableOf(builds));
}

async function promote(buildId: string): Promise<void> {
  const { temporal: settings, taskQueue } = loadSettings(['temporal']);
  await using temporal = await openTemporal(settings);
  await promoteBuild(temporal.client, taskQueue, buildId);
  console.log(`new runs begin with build ${buildId}; tw deployment list says when no run needs an older one any more`);
}

function tableOf(builds: readonly DeployedBuild[]): string {
  const table = new Table({ head: ['build', 'new runs', 'its runs'], style: { head: [], border: [] } });
  for (const { buildId, current, drainage } of builds) {
    const runs = { draining: 'go on', drained: 'have ended: its workers may be stopped' };
    table.push([buildId, current ? 'begin with it' : '', drainage === null ? '' : runs[drainage]]);
  }
  return table.toString();
}
