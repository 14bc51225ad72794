import { z } from 'zod';
import type { DatabricksRun, DatabricksTaskRun } from './port.ts';
import { hasEnded, stateText, verdictOf, type ReportedState } from './verdict.ts';

const state = z
  .object({
    life_cycle_state: z.string().optional(),
    result_state: z.string().optional(),
    state_message: z.string().optional(),
  })
  .optional();

const status = z
  .object({
    state: z.string().optional(),
    termination_details: z
      .object({ code: z.string().optional(), type: z.string().optional(), message: z.string().optional() })
      .optional(),
  })
  .optional();

const taskRun = z.object({
  run_id: z.int(),
  task_key: z.string().default(''),
  attempt_number: z.int().default(0),
  state,
  status,
});

/** One page of `runs/get`: as much of it as is read. */
export const runPage = z.object({
  run_id: z.int(),
  run_page_url: z.string().optional(),
  state,
  status,
  tasks: z.array(taskRun).default([]),
  repair_history: z.array(z.object({ id: z.int().optional() })).default([]),
  job_parameters: z
    .array(z.object({ name: z.string(), value: z.string().optional(), default: z.string().optional() }))
    .default([]),
  next_page_token: z.string().optional(),
});

/** One page of `runs/get`. */
export type RunPage = z.infer<typeof runPage>;

type Told = Pick<RunPage, 'state' | 'status'>;

function reported({ state: old, status: told }: Told): ReportedState {
  const details = told?.termination_details;
  return {
    lifeCycleState: old?.life_cycle_state,
    resultState: old?.result_state,
    state: told?.state,
    terminationCode: details?.code,
    terminationType: details?.type,
    message: details?.message ?? old?.state_message,
  };
}

function ending(told: Told): Pick<DatabricksTaskRun, 'verdict' | 'stateText'> {
  const what = reported(told);
  return { stateText: stateText(what), ...(hasEnded(what) && { verdict: verdictOf(what) }) };
}

/** A run of its pages, the first of which says all but the other tasks. */
export function runOf(pages: readonly [RunPage, ...RunPage[]]): DatabricksRun {
  const [first] = pages;
  const last = new Map<string, RunPage['tasks'][number]>();
  for (const task of pages.flatMap(({ tasks }) => tasks)) {
    const before = last.get(task.task_key);
    if (before === undefined || before.attempt_number <= task.attempt_number) last.set(task.task_key, task);
  }
  return {
    runId: first.run_id,
    pageUrl: first.run_page_url ?? null,
    ...ending(first),
    isEnding: first.state?.life_cycle_state === 'TERMINATING' || first.status?.state === 'TERMINATING',
    tasks: [...last.values()].map((task) => ({ taskKey: task.task_key, runId: task.run_id, ...ending(task) })),
    // The first entry is the original run and has no id.
    repairIds: first.repair_history.flatMap(({ id }) => (id === undefined || id === 0 ? [] : [id])),
    jobParameters: Object.fromEntries(
      first.job_parameters.map(({ name, value, default: otherwise }) => [name, value ?? otherwise ?? '']),
    ),
  };
}
