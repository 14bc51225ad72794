/** Every DAG that the workers run, under its id. A new DAG is named here. */
export { pinterestDaily } from './pinterest-daily.ts';
