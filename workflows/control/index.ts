/** The workflows that look after DAGs and their runs. They have a task queue, and so workers, of their own. */
export { dagController } from './dag-controller.ts';
export { assetHub } from './asset-hub.ts';
export { backfill } from './backfill.ts';
export { poolKeeper } from './pool-keeper.ts';
export { scheduleKeeper } from './schedule-keeper.ts';
