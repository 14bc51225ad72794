import type { EdgeRef } from './outcome.ts';

/** An edge's end with words for people on the edge. */
export interface LabelledEdge {
  readonly kind: 'labelled';
  readonly ref: EdgeRef;
  readonly label: string;
}

/**
 * Puts words on an edge, for graphs.
 *
 * @example task('load', { after: [labelled(check, 'new data')], run: () => io.load({}) });
 */
export function labelled(ref: EdgeRef, label: string): LabelledEdge {
  return { kind: 'labelled', ref, label };
}
