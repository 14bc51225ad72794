import { defineSearchAttributeKey } from '@temporalio/common';
import { runAttributes } from '../../dag/run-attributes.ts';

/**
 * What a run tells Temporal's visibility about itself, so that runs are found by DAG, date and state. Keyword text
 * throughout: equality on a Datetime matches nothing on some servers.
 */
export const searchAttributeKeys = {
  /** DAG id. */
  dag: defineSearchAttributeKey(runAttributes.dag, 'KEYWORD'),
  /** Logical date, ISO 8601 in UTC with seconds: `2026-03-01T00:00:00Z`. Whoever starts a run by hand may give it one by this. */
  logicalDate: defineSearchAttributeKey(runAttributes.logicalDate, 'KEYWORD'),
  /** Airflow's run type: scheduled, manual or backfill. */
  runType: defineSearchAttributeKey(runAttributes.runType, 'KEYWORD'),
  /** Airflow's run state: queued, running, success or failed. */
  runState: defineSearchAttributeKey(runAttributes.runState, 'KEYWORD'),
} as const;

/** In the place of a run's state on a part of a long map: a workflow of its DAG's type that is no run. */
export const partState = 'part';

/** The nominal time that a Schedule writes on the runs that it starts; anybody who starts a run may write it, too. */
export const scheduledStartTime = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

/** An instant as ids and search attributes carry it: whole seconds when it is one, UTC. */
export function instantText(instant: Date): string {
  return instant.toISOString().replace('.000Z', 'Z');
}

/** The instant of a text that {@link instantText} may have written; `null` for any other text. */
export function instantOf(text: string): Date | null {
  const instant = new Date(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/.test(text) ? text : Number.NaN);
  return Number.isNaN(instant.getTime()) ? null : instant;
}
