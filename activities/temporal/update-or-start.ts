import { WithStartWorkflowOperation, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import { isOpen } from './execution-status.ts';
import { isNotFound } from './temporal-error.ts';

/** How a controller is started where none is open. */
export interface ControllerBirth<Args extends readonly unknown[]> {
  readonly workflowType: string;
  readonly taskQueue: string;
  readonly args: Args;
  readonly memo?: Readonly<Record<string, unknown>>;
  /** For people. */
  readonly staticSummary: string;
}

/** An update of a controller. */
export interface ControllerUpdate<Args extends readonly unknown[]> {
  readonly workflowId: string;
  readonly name: string;
  readonly input: unknown;
  /** How it is started; told the last execution, where there was one: somebody has ended it, which must not make it forget. */
  readonly birth: (
    last: WorkflowExecutionDescription | undefined,
  ) => ControllerBirth<Args> | Promise<ControllerBirth<Args>>;
}

/** Milliseconds that a controller has to answer; less than the activity that asks has, so that it can ask anew. */
const answerWithin = 20_000;

/** An update of a controller, which is started first where none is open. */
export async function updateOrStart<Result, Args extends readonly unknown[]>(
  client: Client,
  { workflowId, name, input, birth }: ControllerUpdate<Args>,
): Promise<Result> {
  const deadline = Date.now() + answerWithin;
  const handle = client.workflow.getHandle(workflowId);
  try {
    return await client.withDeadline(deadline, () => handle.executeUpdate<Result, [unknown]>(name, { args: [input] }));
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  const { workflowType, args, ...how } = await birth(await lastOf(client, workflowId));
  const send = () =>
    client.workflow.executeUpdateWithStart<(...args: [...Args]) => Promise<void>, Result, [unknown]>(name, {
      args: [input],
      startWorkflowOperation: new WithStartWorkflowOperation(workflowType, {
        ...how,
        workflowId,
        args: [...args],
        workflowIdConflictPolicy: 'USE_EXISTING',
      }),
    });
  return client.withDeadline(deadline, send);
}

/** The last execution of a controller, where it is over; `undefined` where there was none. */
export async function lastOf(client: Client, workflowId: string): Promise<WorkflowExecutionDescription | undefined> {
  try {
    const last = await client.workflow.getHandle(workflowId).describe();
    return isOpen(last.status) ? undefined : last;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
