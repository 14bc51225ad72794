import type { Client, WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { PeerProcess } from './peer-process.ts';
import { peerWorkflow, type PeerKind, type PeerShape } from './peer-shapes.ts';

/** What it took to do a shape once. */
export interface PeerCost {
  /** From the first trigger to the last run's end, as the client sees it. */
  readonly wallMs: number;
  /** CPU of the worker process, of all runs. */
  readonly cpuMs: number;
  /** From a run's trigger until the code of its first task runs; of several runs the median. */
  readonly firstTaskMs: number;
  /** Of one run. */
  readonly workflowTasks: number;
  /** Of one run's history. */
  readonly events: number;
}

/** Triggers the runs of a shape at once and waits for all. */
export async function runShape(
  client: Client,
  worker: PeerProcess,
  { kind, shape, taskQueue }: { readonly kind: PeerKind; readonly shape: PeerShape; readonly taskQueue: string },
): Promise<PeerCost> {
  const { type, args } = peerWorkflow(kind, shape);
  const before = await worker.cpuMs();
  const start = performance.now();
  const runs = await Promise.all(
    Array.from({ length: shape.runs }, async (_, n) => {
      const triggered = Date.now();
      const handle = await client.workflow.start(type, {
        workflowId: `${type}-${triggered}-${n}`,
        taskQueue: `${taskQueue}-orchestration`,
        args: [...args],
      });
      await handle.result();
      return { handle, triggered };
    }),
  );
  const wallMs = performance.now() - start;
  const cpuMs = (await worker.cpuMs()) - before;
  const facts = await Promise.all(runs.map(({ handle, triggered }) => factsOf(handle, triggered)));
  const all = (field: keyof RunFacts): number => median(facts.map((one) => one[field]));
  return {
    wallMs,
    cpuMs,
    firstTaskMs: all('firstTaskMs'),
    workflowTasks: all('workflowTasks'),
    events: all('events'),
  };
}

interface RunFacts {
  readonly firstTaskMs: number;
  readonly workflowTasks: number;
  readonly events: number;
}

async function factsOf(handle: WorkflowHandle, triggered: number): Promise<RunFacts> {
  const { events } = await handle.fetchHistory();
  const marks = (events ?? []).flatMap(({ activityTaskCompletedEventAttributes: completed }) =>
    (completed?.result?.payloads ?? []).map((payload) => defaultPayloadConverter.fromPayload<number>(payload)),
  );
  return {
    firstTaskMs: Math.min(...marks) - triggered,
    workflowTasks: (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes).length,
    events: events?.length ?? 0,
  };
}

/** The middle one, or the upper one of the two in the middle; NaN of nothing. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
