/** Offsets [from, to) of one partition: from included, to excluded. */
export interface OffsetSpan {
  readonly from: number;
  readonly to: number;
}
