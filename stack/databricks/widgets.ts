import type { FoundTaskRun } from './run-order.ts';

/**
 * The widgets that a notebook gets: its task's parameters, over them those of run-now, over all the job's parameters, with
 * references like `{{job.run_id}}` in the task's filled in. A reference that is not known stays as it is written.
 */
export function widgetsOf({ run, task, taskRun }: FoundTaskRun): Readonly<Record<string, string>> {
  const jobParameters = Object.fromEntries(run.jobParameters.map((one) => [one.name, one.value ?? one.default]));
  const started = new Date(run.createdAt).toISOString();
  const values: Readonly<Record<string, string>> = {
    'job.id': String(run.jobId),
    job_id: String(run.jobId),
    'job.name': run.name,
    'job.run_id': String(run.runId),
    parent_run_id: String(run.runId),
    run_id: String(taskRun.runId),
    'task.run_id': String(taskRun.runId),
    'task.name': task.task_key,
    task_key: task.task_key,
    'task.execution_count': String(taskRun.attempt + 1),
    'job.repair_count': String(run.repairs.length),
    'job.start_time.iso_date': started.slice(0, 10),
    'job.start_time.iso_datetime': started,
    'job.start_time.timestamp_ms': String(run.createdAt),
    start_date: started.slice(0, 10),
    ...Object.fromEntries(Object.entries(jobParameters).map(([name, value]) => [`job.parameters.${name}`, value])),
  };
  const fill = (text: string): string =>
    text.replaceAll(/\{\{\s*([\w.-]+)\s*\}\}/g, (reference, name: string) =>
      Object.hasOwn(values, name) ? (values[name] ?? reference) : reference,
    );
  const own = Object.entries(task.notebook_task?.base_parameters ?? {}).map(
    ([name, text]) => [name, fill(text)] as const,
  );
  return { ...Object.fromEntries(own), ...run.notebookParams, ...jobParameters };
}
