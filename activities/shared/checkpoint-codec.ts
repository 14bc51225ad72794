import type { Action } from '../../pipeline/delta/actions.ts';

/**
 * Turns the actions of a Delta checkpoint into parquet and back: what the Delta room needs and the DuckDB room has. Throws
 * the DuckDB room's AdapterErrors, or SyntaxError where the file holds something else.
 */
export interface CheckpointCodec {
  encode(actions: readonly Action[], signal: AbortSignal): Promise<Uint8Array>;
  decode(parquet: Uint8Array, signal: AbortSignal): Promise<readonly Action[]>;
}
