import { Client, Connection } from '@temporalio/client';
import { msToTs, tsToMs } from '@temporalio/common/lib/time.js';
import { z } from 'zod';
import { DagDefinitionError } from '../../dag/definition-error.ts';
import { defineDag } from '../../dag/define-dag.ts';
import type { DagDefinition } from '../../dag/definition.ts';
import { cron } from '../../dag/timetable.ts';
import { ensureNamespace } from '../../scripts/namespace.ts';
import { recordedTimetable, timetableOf } from '../../scripts/oracle/recorded-timetable.ts';
import { planSchedule, scheduleSpec, type SchedulePlan } from '../../scripts/schedules/schedule-plan.ts';
import { oracleCases } from '../dag/oracle.ts';
import { upcomingSlots } from '../dag/upcoming-slots.ts';
import { testSettings, uniqueName } from '../support/stack.ts';

const { address } = testSettings().temporal;
const namespace = uniqueName('moments');

const recordedCase = z.object({
  id: z.number(),
  timetable: recordedTimetable,
  timezone: z.string(),
  start_date: z.string().nullable(),
  end_date: z.string().nullable(),
  catchup: z.boolean(),
  now: z.string(),
  expected: z.object({ runs: z.array(z.object({ run_after: z.string() })).optional(), error: z.string().optional() }),
});
type RecordedCase = z.output<typeof recordedCase>;

/** The case as a DAG; `undefined` where a definition refuses it. */
function definitionOf({ timetable, timezone, start_date, end_date, catchup }: RecordedCase): DagDefinition | undefined {
  const bounds = {
    ...(start_date !== null && { startDate: start_date }),
    ...(end_date !== null && { endDate: end_date }),
  };
  try {
    return defineDag('recorded', { schedule: timetableOf(timetable, timezone), catchup, ...bounds }, ({ task }) => {
      task('only', { run: () => 1 });
    });
  } catch (error) {
    if (error instanceof DagDefinitionError) return undefined;
    throw error;
  }
}

const cases = oracleCases<unknown>('time.jsonl')?.map((one) => recordedCase.parse(one));

let connection: Connection;
let client: Client;

beforeAll(async () => {
  connection = await Connection.connect({ address });
  await ensureNamespace(connection, { namespace, retentionDays: 1 });
  client = new Client({ connection, namespace });
});

afterAll(() => connection.close());

/** What the server would start for a Schedule after one moment, until another. */
async function firedByServer(plan: SchedulePlan, after: number, until: number): Promise<readonly number[]> {
  const scheduleId = uniqueName('moments');
  const handle = await client.schedule.create({
    scheduleId,
    spec: scheduleSpec(plan),
    action: { type: 'startWorkflow', workflowType: 'nothing', taskQueue: 'nowhere' },
    state: { paused: true },
  });
  const request = { namespace, scheduleId, startTime: msToTs(after), endTime: msToTs(until) };
  const { startTime } = await client.workflowService.listScheduleMatchingTimes(request);
  await handle.delete();
  return (startTime ?? []).map((moment) => tsToMs(moment)).filter((moment) => moment > after);
}

// Airflow's own runs are the judge: what the server would fire for the Schedule of a case is what Airflow ran.
(cases === undefined ? test.skip : test)(
  'a real server fires the Schedules of Airflow’s recorded cases when Airflow runs them',
  async () => {
    const differing: string[] = [];
    let compared = 0;
    for (const one of cases ?? []) {
      const definition = one.expected.error === undefined ? definitionOf(one) : undefined;
      const now = new Date(one.now);
      const plan = definition && planSchedule(definition, 'queue', now);
      const due = (one.expected.runs ?? [])
        .map(({ run_after: at }) => Date.parse(at))
        .filter((at) => at > now.getTime());
      const last = due.at(-1);
      // Without a calendar or an interval the moments are the runs themselves, named one by one.
      if (plan === undefined || last === undefined || plan.knownUntil !== null) continue;
      const fires = await firedByServer(plan, now.getTime(), last);
      compared += 1;
      if (String(fires) !== String(due)) differing.push(`${one.id}: ${texts(fires)}, in Airflow ${texts(due)}`);
    }
    expect(differing).toEqual([]);
    expect(compared).toBeGreaterThan(150);
  },
  120_000,
);

// Temporal's server fires a slot of the hour before a repeated one twice: a midnight in London once a year.
test.each([
  ['Europe/London', '2026-10-24T12:00:00Z'],
  ['Europe/London', '2026-03-28T12:00:00Z'],
  ['America/New_York', '2026-10-31T16:00:00Z'],
  ['America/New_York', '2026-03-07T16:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T02:00:00Z'],
  ['America/Havana', '2026-10-31T16:00:00Z'],
])(
  'a real server fires the Schedules of %s as the timetable says when clocks change after %s',
  async (timezone, at) => {
    const [after, until] = [Date.parse(at), Date.parse(at) + 60 * 3_600_000];
    for (const hour of [0, 1, 2, 3, 6, 23]) {
      for (const expression of [`0 ${hour} * * *`, `30 ${hour} * * *`]) {
        const schedule = cron(expression, { timezone });
        const definition = defineDag('changing', { schedule }, ({ task }) => {
          task('only', { run: () => 1 });
        });
        const plan = planSchedule(definition, 'queue', new Date(after));
        const due = upcomingSlots(schedule, after, 5).filter((moment) => moment <= until);
        const fires = plan === undefined ? [] : await firedByServer(plan, after, until);
        expect([expression, texts(fires)]).toEqual([expression, texts(due)]);
      }
    }
  },
);

function texts(moments: readonly number[]): string {
  return moments.map((moment) => new Date(moment).toISOString()).join(' ') || 'nothing';
}
