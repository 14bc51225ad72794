import { z } from 'zod';
import { deferred } from './deferred.ts';
import type { NotebookEnd } from './engine.ts';
import type { Door } from './spark-driver.ts';
import { childEnvironment, type SparkPlace } from './spark-place.ts';
import { startTalking, type TalkingMessage } from './talking-process.ts';

/** What a running notebook asks for. */
export type NotebookQuestion = Readonly<z.output<typeof questionSchema>>;

const questionSchema = z.discriminatedUnion('what', [
  z.object({ what: z.literal('notebook'), path: z.string() }),
  z.object({ what: z.literal('secret'), scope: z.string(), key: z.string() }),
  z.object({ what: z.literal('secretKeys') }),
  z.object({
    what: z.literal('run'),
    path: z.string(),
    timeoutSeconds: z.number(),
    parameters: z.record(z.string(), z.string()),
  }),
]);

const askSchema = z.looseObject({ id: z.number() });

const endSchema = z.object({
  end: z.discriminatedUnion('state', [
    z.object({ state: z.literal('success'), exit: z.string().nullable() }),
    z.object({ state: z.literal('failed'), error: z.string(), trace: z.string(), cell: z.number().nullable() }),
  ]),
});

/** A process that runs one notebook: first it gets ready, then it may wait for long. */
export interface NotebookChild {
  /** Resolves with the id of its Spark session when it is attached. Rejects when it ends before. */
  readonly ready: Promise<string>;
  /** Runs the notebook; `undefined` when the process ended instead. Once. */
  readonly run: (
    order: Readonly<Record<string, unknown>>,
    answer: (question: NotebookQuestion) => Promise<unknown>,
  ) => Promise<NotebookEnd | undefined>;
  /** Resolves with how it ended. */
  readonly end: Promise<string>;
  /** Kills it, with all that the notebook started. Idempotent. */
  readonly kill: () => Promise<void>;
}

/** Starts a child that joins the driver through a door of its own. */
export function startNotebookChild(
  place: SparkPlace,
  folder: string,
  logPath: string,
  door: Promise<Door>,
): NotebookChild {
  const ready = deferred<string>();
  const end = deferred<NotebookEnd | undefined>();
  let answer: ((question: NotebookQuestion) => Promise<unknown>) | undefined;
  const child = startTalking({
    command: place.spark.python,
    // The folder is for people who look at the processes.
    args: ['-m', 'spark.child', folder],
    environment: childEnvironment(place),
    folder,
    logPath,
    onMessage: (message) => {
      if (message.kind === 'ready') ready.resolve(String(message['session']));
      if (message.kind === 'end') end.resolve(endOf(message));
      if (message.kind === 'ask') void reply(message);
    },
  });
  const reply = async (message: TalkingMessage): Promise<void> => {
    const { id } = askSchema.parse(message);
    try {
      child.send({ answer: id, value: (await answer?.(questionSchema.parse(message))) ?? null });
    } catch (error) {
      child.send({ answer: id, error: error instanceof Error ? error.message : String(error) });
    }
  };
  void child.end.then((how) => {
    ready.reject(new Error(`the process of a notebook ended at its start (${how}); the log is ${logPath}`));
    end.resolve(undefined);
  });
  door.then(
    (opened) => child.send({ ...opened }),
    () => child.kill(),
  );
  return {
    ready: ready.promise,
    run: async (order, answerIt) => {
      answer = answerIt;
      child.send(order);
      return await end.promise;
    },
    end: child.end,
    kill: child.kill,
  };
}

function endOf(message: TalkingMessage): NotebookEnd {
  const { end } = endSchema.parse(message);
  return end.state === 'success'
    ? { state: 'success', exit: end.exit ?? undefined }
    : { ...end, cell: end.cell ?? undefined };
}
