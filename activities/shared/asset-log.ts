import type { AssetEvent } from '../../dag/assets.ts';

/** Events of assets, for as long as the bucket keeps them. Every method throws an AdapterError with system `s3`. */
export interface AssetLog {
  /** Keeps an event, and gives it as it is kept. Idempotent by its id: of one that is told again, at another time, the first time counts. */
  write(event: AssetEvent): Promise<AssetEvent>;
  /** Events of an asset, the newest first. */
  list(asset: string): AsyncIterable<AssetEvent>;
}
