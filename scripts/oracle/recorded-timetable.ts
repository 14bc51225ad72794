import { z } from 'zod';
import {
  cron,
  cronTrigger,
  delta,
  deltaTrigger,
  multipleCronTrigger,
  once,
  type Timetable,
} from '../../dag/timetable.ts';

const unit = z.enum(['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds']);
const length = z.object({
  delta_s: z.number().optional(),
  relativedelta: z.partialRecord(unit, z.number()).optional(),
});
const interval = { interval_s: z.number().optional() };

/** A timetable as Airflow's cases write it. */
export const recordedTimetable = z.discriminatedUnion('type', [
  z.object({ type: z.literal('none') }),
  z.object({ type: z.literal('once') }),
  z.object({ type: z.literal('cron_data_interval'), cron: z.string() }),
  z.object({ type: z.literal('cron_trigger'), cron: z.string(), ...interval }),
  z.object({ type: z.literal('multiple_cron_trigger'), crons: z.array(z.string()), ...interval }),
  length.extend({ type: z.literal('delta_data_interval') }),
  length.extend({ type: z.literal('delta_trigger'), ...interval }),
]);

/** Ours for one of Airflow's, its crons read on a zone's clocks; `null` for no schedule. */
export function timetableOf(recorded: z.infer<typeof recordedTimetable>, timezone: string): Timetable | null {
  const options =
    'interval_s' in recorded && recorded.interval_s !== undefined ? { interval: { seconds: recorded.interval_s } } : {};
  switch (recorded.type) {
    case 'once':
      return once();
    case 'cron_data_interval':
      return cron(recorded.cron, { timezone });
    case 'cron_trigger':
      return cronTrigger(recorded.cron, { timezone, ...options });
    case 'multiple_cron_trigger':
      return multipleCronTrigger(recorded.crons, { timezone, ...options });
    case 'delta_data_interval':
      return delta(lengthOf(recorded));
    case 'delta_trigger':
      return deltaTrigger(lengthOf(recorded), options);
    case 'none':
    default:
      return null;
  }
}

function lengthOf({ delta_s: seconds = 0, relativedelta }: z.infer<typeof length>): Parameters<typeof delta>[0] {
  return relativedelta ?? { seconds };
}
