import type { AssetEvent } from '../../dag/assets.ts';

/** Events of assets, for as long as the bucket keeps them. Every method throws an AdapterError with system `s3`. */
export interface AssetLog {
  /** Keeps an event. Idempotent. */
  write(event: AssetEvent): Promise<void>;
  /** Events of an asset, the newest first. */
  list(asset: string): AsyncIterable<AssetEvent>;
}
