import { CancellationScope, log, patched, sleep, workflowInfo } from '@temporalio/workflow';
import { outsideTasks, withinTask, type HostScope, type TaskHost } from './current-task.ts';
import { watchDeadlines } from './deadlines.ts';
import { tellAssets } from './made-assets.ts';
import { untilPastIsDone } from './past-runs.ts';
import { openPoolSlots } from './pool-slots.ts';
import { deskOf } from './workflow-desk.ts';
import { startChildRun } from './child-run.ts';

/** A workflow as what runs tasks. */
export const workflowHost: TaskHost = {
  now: () => Date.now(),
  execution: () => {
    const { runId: id, startTime } = workflowInfo();
    return { id, since: startTime.getTime() };
  },
  sleep: (ms, summary) => sleep(ms, { summary }),
  openScope: () => hostScope(new CancellationScope()),
  openShield: () => hostScope(new CancellationScope({ cancellable: false })),
  home: () => {
    const scope = CancellationScope.current();
    return (work) => scope.run(async () => outsideTasks(work));
  },
  watchDeadlines,
  cancelled: () => CancellationScope.current().cancelRequested,
  within: withinTask,
  desk: deskOf,
  startRun: startChildRun,
  openPoolSlots,
  tellAssets,
  untilPastIsDone,
  patched,
  info: (message, fields) => log.info(message, fields),
  warn: (message, fields) => log.warn(message, fields),
};

function hostScope(scope: CancellationScope): HostScope {
  return {
    run: (work) => scope.run(work),
    cancel: () => scope.cancel(),
    openScope: () => hostScope(new CancellationScope({ cancellable: true, parent: scope })),
  };
}
