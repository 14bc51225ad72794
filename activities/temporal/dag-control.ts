import { WithStartWorkflowOperation, type Client } from '@temporalio/client';
import type { ControllerStart, Ticket } from '../../dag/turns.ts';
import { openExchange } from './exchange.ts';
import { controllerId, type ControllerMessage, type DagControl, type PauseOrder, type Turn } from './port.ts';
import { rerun } from './rerun.ts';
import { codeOf, temporalError } from './temporal-error.ts';

/** What the control of DAGs works with. */
export interface DagControlOptions {
  readonly client: Client;
  /** Stem of the task queues. */
  readonly installation: string;
  /** Task queue of the controllers. */
  readonly taskQueue: string;
  /** Task queue of the runs. */
  readonly runQueue: string;
}

const notFound = 5;

/** Milliseconds that a controller has to answer; less than the activity that asks has, so that it can ask anew. */
const answerWithin = 20_000;

/** Runs that Temporal is asked about at a time. */
const lanes = 8;

/** Reaches the controllers of DAGs through a Temporal client. */
export function createDagControl({ client, installation, taskQueue, runQueue }: DagControlOptions): DagControl {
  const idOf = (dagId: string): string => controllerId(dagId, installation);

  /** An update of a DAG's controller, which is started first where there is none. */
  async function update<Result>(dagId: string, name: ControllerMessage, input: unknown): Promise<Result> {
    const start: ControllerStart = { dagId };
    const send = () =>
      client.workflow.executeUpdateWithStart<(start: ControllerStart) => Promise<void>, Result, [unknown]>(name, {
        args: [input],
        startWorkflowOperation: new WithStartWorkflowOperation('dagController', {
          workflowId: idOf(dagId),
          taskQueue,
          args: [start],
          workflowIdConflictPolicy: 'USE_EXISTING',
          staticSummary: `gives the runs of ${dagId} their turns`,
        }),
      });
    return client.withDeadline(Date.now() + answerWithin, send);
  }

  const exchange = openExchange((dagId, letter) => update<readonly Turn[]>(dagId, 'exchange', letter));

  async function isOver({ runId, executionId }: Ticket): Promise<boolean> {
    try {
      return (await client.workflow.getHandle(runId, executionId).describe()).status.name !== 'RUNNING';
    } catch (error) {
      if (codeOf(error) === notFound) return true;
      throw error;
    }
  }

  return {
    requestTurn: (request) => told(`asking for the turn of ${request.runId}`, () => exchange.ask(request)),
    runEnded: (ended) =>
      told(`telling the controller of ${ended.dagId} that ${ended.runId} has ended`, () => exchange.tell(ended)),
    endedAmong: (runs, signal) =>
      told('looking for runs that have ended', async () => {
        const open = [...runs];
        const ended: Ticket[] = [];
        const lane = async (): Promise<void> => {
          for (let run = open.pop(); run !== undefined && !signal.aborted; run = open.pop()) {
            if (await isOver(run)) ended.push(run);
          }
        };
        await Promise.all(Array.from({ length: lanes }, lane));
        return ended;
      }),
    rerun: (request) => told(`starting ${request.record.runId} again`, () => rerun(client, runQueue, request)),
    setPaused: (dagId, paused, note) =>
      told(`${paused ? 'pausing' : 'unpausing'} ${dagId}`, () =>
        update<void>(dagId, 'setPaused', { paused, note } satisfies PauseOrder),
      ),
    setSchedulePaused: (dagId, paused, note) =>
      told(`${paused ? 'pausing' : 'unpausing'} the Schedule of ${dagId}`, async () => {
        const schedule = client.schedule.getHandle(dagId);
        try {
          await (paused ? schedule.pause(note) : schedule.unpause(note));
        } catch (error) {
          if (codeOf(error) !== notFound) throw error;
        }
      }),
    status: (dagId) =>
      told(`asking the controller of ${dagId}`, async () => {
        try {
          return await client.workflow.getHandle(idOf(dagId)).query('status' satisfies ControllerMessage);
        } catch (error) {
          if (codeOf(error) === notFound) return undefined;
          throw error;
        }
      }),
  };
}

async function told<Result>(what: string, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    throw temporalError(what, error);
  }
}
