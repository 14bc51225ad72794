import type { CalendarSpecDescription, ScheduleDescription } from '@temporalio/client';
import type { Calendar } from '../../dag/calendar.ts';
import type { SchedulePlan } from './schedule-plan.ts';

/**
 * How a Schedule as the server has it differs from the plan, a sentence each. Whether it is paused, and the note of it, is
 * an operator's business, and no difference.
 */
export function differences(plan: SchedulePlan, found: ScheduleDescription): readonly string[] {
  const { spec, action, policies, state } = found;
  const reasons: string[] = [];
  const compare = (what: string, is: unknown, shouldBe: unknown): void => {
    if (is !== shouldBe) reasons.push(`${what} is ${String(is)}, should be ${String(shouldBe)}`);
  };
  compare('time zone', spec.timezone || 'UTC', plan.timezone);
  const is = new Set((spec.calendars ?? []).map((calendar) => describedText(calendar)));
  const shouldBe = new Set(plan.calendars.map((calendar) => plannedText(calendar)));
  // Moments named one by one wander: what is past may be missing from the plan, what is new from the server.
  const missing = [...shouldBe].filter((text) => !is.has(text));
  const surplus = plan.knownUntil === null ? [...is].filter((text) => !shouldBe.has(text)) : [];
  if (missing.length > 0 || surplus.length > 0) reasons.push(calendarReason(missing, surplus));
  compare('intervals', intervalsText(spec.intervals ?? []), intervalsText(plan.intervals));
  // Each of these loses slots, or moves them, while the calendars look right.
  compare('first moment', momentText(spec.startAt), momentText(plan.startAt));
  compare('last moment', momentText(spec.endAt), momentText(plan.endAt));
  compare('jitter (ms)', spec.jitter ?? 0, 0);
  const skipped = (spec.skip ?? []).map((calendar) => describedText(calendar)).toSorted();
  const shouldSkip = plan.skip.map((calendar) => plannedText(calendar)).toSorted();
  if (skipped.join() !== shouldSkip.join()) reasons.push('it skips other moments of its calendars than it should');
  compare('runs that it may still start', state.remainingActions ?? 'any number', 'any number');
  compare('workflow type', action.workflowType, plan.workflowType);
  compare('workflow id', action.workflowId, plan.dagId);
  compare('task queue', action.taskQueue, plan.taskQueue);
  const args = JSON.stringify(action.args ?? []);
  if (plan.args !== null && args !== JSON.stringify(plan.args)) {
    reasons.push(`it passes ${args}, should pass ${JSON.stringify(plan.args)}`);
  }
  compare('summary', action.staticSummary ?? '', plan.summary);
  compare('execution timeout (ms)', action.workflowExecutionTimeout ?? 0, 0);
  compare('run timeout (ms)', action.workflowRunTimeout ?? 0, 0);
  compare('workflow task timeout (ms)', action.workflowTaskTimeout ?? 0, 0);
  if (action.retry !== undefined) reasons.push('it starts a failed run again, which is for tries to do');
  compare('overlap policy', policies.overlap, plan.overlap);
  compare('catch-up window (ms)', policies.catchupWindow, plan.catchupWindow);
  compare('pause on failure', policies.pauseOnFailure, false);
  return reasons;
}

function momentText(moment: Date | null | undefined): string {
  return moment?.toISOString() ?? 'none';
}

function intervalsText(intervals: readonly { readonly every: number; readonly offset: number }[]): string {
  return intervals.map(({ every, offset }) => `every ${every} ms from ${offset % every}`).join(', ') || 'none';
}

function calendarReason(missing: readonly string[], surplus: readonly string[]): string {
  const parts = [
    ...missing.slice(0, 2).map((text) => `lacks ${text}`),
    ...surplus.slice(0, 2).map((text) => `has ${text} too much`),
  ];
  const more = missing.length + surplus.length - parts.length;
  return `it ${parts.join(', ')}${more > 0 ? ` (and ${more} more)` : ''}`;
}

const fields = ['second', 'minute', 'hour', 'dayOfMonth', 'month', 'dayOfWeek', 'year'] as const;

function plannedText(calendar: Calendar): string {
  return fields.map((field) => valuesText(field, calendar[field] ?? [])).join(' ');
}

function describedText(calendar: CalendarSpecDescription): string {
  return fields.map((field) => valuesText(field, expand(calendar[field]))).join(' ');
}

function valuesText(field: (typeof fields)[number], values: readonly number[]): string {
  const all = { second: 60, minute: 60, hour: 24, dayOfMonth: 31, month: 12, dayOfWeek: 7, year: 0 };
  return `${field}=${values.length === all[field] ? '*' : values.join(',')}`;
}

const names = {
  JANUARY: 1,
  FEBRUARY: 2,
  MARCH: 3,
  APRIL: 4,
  MAY: 5,
  JUNE: 6,
  JULY: 7,
  AUGUST: 8,
  SEPTEMBER: 9,
  OCTOBER: 10,
  NOVEMBER: 11,
  DECEMBER: 12,
  SUNDAY: 0,
  MONDAY: 1,
  TUESDAY: 2,
  WEDNESDAY: 3,
  THURSDAY: 4,
  FRIDAY: 5,
  SATURDAY: 6,
} as const;

interface DescribedRange {
  readonly start: number | keyof typeof names;
  readonly end: number | keyof typeof names;
  readonly step: number;
}

function expand(ranges: readonly DescribedRange[] | undefined): number[] {
  const number = (value: DescribedRange['start']): number => (typeof value === 'number' ? value : names[value]);
  const values = new Set<number>();
  for (const { start, end, step } of ranges ?? []) {
    const first = number(start);
    // The server leaves out an end that is the start.
    const last = Math.max(number(end), first);
    for (let value = first; value <= last; value += Math.max(step, 1)) values.add(value);
  }
  return [...values].toSorted((a, b) => a - b);
}
