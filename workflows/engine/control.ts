import { proxyLocalActivities } from '@temporalio/workflow';
import type { ControlActivities } from '../../activities/steps/control-contract.ts';

/**
 * What a run needs of the outside for itself. Local activities: they cost a run no workflow task, and what they are given, a
 * run's whole record for example, never stands in its history. They are tried again for as long as it takes: a run neither
 * begins without its turn nor ends without its record. A wait between two attempts that is no short one is a timer: held in a workflow
 * task it would keep a slot for workflow tasks from all other runs, and grow the history by three events every 8 s.
 */
export function controlActivities(): ControlActivities {
  return proxyLocalActivities<ControlActivities>({
    startToCloseTimeout: 30_000,
    localRetryThreshold: 2_000,
    retry: { initialInterval: 200, backoffCoefficient: 2, maximumInterval: 60_000 },
  });
}
