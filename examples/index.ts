/** Every example under its id, as workflows/index.ts names what workers run. */
export { askedFirst } from './approval.ts';
export { joinsAssets, makesAssets } from './assets.ts';
export { fullOrPart } from './branch.ts';
export { watchedLoad } from './callbacks.ts';
export { onDatabricks } from './databricks.ts';
export { allOrNothing, byNoon } from './deadlines.ts';
export { orderedSteps } from './edges.ts';
export { dailyFiles } from './first-dag.ts';
export { awaitedRecords } from './kafka-offset-sensor.ts';
export { newestDay } from './latest-only.ts';
export { fewAtATime } from './limits.ts';
export { eachRegion } from './map-group.ts';
export { eachFile } from './mapping.ts';
export { afterAllRegions, allRegions, oneRegion } from './other-dags.ts';
export { askedFor } from './params.ts';
export { dailyPrices, dailySales, hourlyClicks } from './partitions.ts';
export { sharedWarehouse } from './pools.ts';
export { onBigMachine } from './queues.ts';
export { countedRows } from './results.ts';
export { stubbornLoad } from './retries.ts';
export { everyMonth } from './runs.ts';
export { awaitedFiles } from './s3-key-sensor.ts';
export { awaitedExport } from './sensor.ts';
export { borrowedCluster } from './setup-teardown.ts';
export { whenThereIsNews } from './short-circuit.ts';
export { groupedLoads } from './task-groups.ts';
export {
  everyDay,
  everyHour,
  everyMorning,
  everyShift,
  justOnce,
  lastOfMonth,
  onMatchDays,
  overAndOver,
  workdaysEarlier,
} from './timetables.ts';
export { twoSources } from './trigger-rules.ts';
export { awaitedSignal, laterInTheDay } from './waits.ts';
export { ordersEtl } from './migration/orders-etl.ts';
export { partnerFiles } from './migration/partner-files.ts';
export { pinterestNotebook } from './migration/pinterest-notebook.ts';
