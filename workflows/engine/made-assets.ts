import { workflowInfo } from '@temporalio/workflow';
import { controlActivities } from './control.ts';
import { outsideTasks, type MadeAsset } from './current-task.ts';

/** Keeps the events of assets that a task of this workflow has made, and tells their hub. */
export async function tellAssets(made: readonly MadeAsset[]): Promise<void> {
  const { runId: executionId } = workflowInfo();
  const events = made.map(({ tryNumber, ...event }) => {
    const { taskId, mapIndex } = event;
    return { ...event, id: `${executionId}.${taskId}.${mapIndex}.${tryNumber}.${event.asset}` };
  });
  await outsideTasks(() => controlActivities().tellAssets({ events }));
}
