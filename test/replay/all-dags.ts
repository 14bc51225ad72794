export { pinterestDaily } from '../../workflows/index.ts';
export { ends, endless, flaky, hanging, told, weather } from '../workflows/fixtures/fixture-dags.ts';
export { brief, stays, triggered } from '../workflows/fixtures/trigger-dags.ts';
