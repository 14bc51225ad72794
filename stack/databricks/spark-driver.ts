import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { identify, isRunning, type ProcessIdentity } from '../process-identity.ts';
import { StackError } from '../stack-error.ts';
import { deferred } from './deferred.ts';
import { driverEnvironment, sparkConf, type SparkPlace } from './spark-place.ts';
import { startTalking } from './talking-process.ts';

/** The way of a run into the driver's JVM. */
export interface Door {
  readonly port: number;
  readonly secret: string;
}

/** A warm Spark: what Databricks calls a cluster. */
export interface SparkDriver {
  /** Opens a gateway for a run. Rejects when the driver is lost. */
  readonly open: (run: string) => Promise<Door>;
  /** Ends the streams of these sessions, the run's jobs and its gateway, and waits for that. Rejects when the driver is lost. */
  readonly close: (run: string, sessions: readonly string[]) => Promise<void>;
  /** Resolves when it answers; rejects when it is lost. */
  readonly ping: () => Promise<void>;
  /** Whether it has ended. */
  readonly lost: () => boolean;
  /** Rejects with StackError when it has ended. */
  readonly loss: Promise<never>;
  /** Ends it, with its JVM. Idempotent. */
  readonly stop: () => Promise<void>;
}

const doorSchema = z.object({ port: z.number(), secret: z.string() });
const readySchema = z.object({ pid: z.number() });
const doneSchema = z.object({ id: z.number(), value: z.unknown() });

/** Starts Spark, which takes some seconds. Rejects with StackError when it does not start. */
export async function startSparkDriver(place: SparkPlace, logPath: string): Promise<SparkDriver> {
  for (const name of ['tmp', 'metastore']) mkdirSync(join(place.stateDir, name), { recursive: true, mode: 0o700 });
  mkdirSync(join(place.dbfsDir, 'user', 'hive', 'warehouse'), { recursive: true });
  const asked = new Map<number, (value: unknown) => void>();
  let numbers = 0;
  let jvm: ProcessIdentity | undefined;
  const ready = deferred<void>();
  const driver = startTalking({
    command: place.spark.python,
    args: ['-m', 'spark.driver', place.stateDir],
    environment: driverEnvironment(place),
    folder: place.stateDir,
    logPath,
    onMessage: (message) => {
      if (message.kind === 'ready') {
        jvm = identify(readySchema.parse(message).pid);
        ready.resolve();
      } else {
        const { id, value } = doneSchema.parse(message);
        asked.get(id)?.(value);
      }
    },
  });
  let ended: string | undefined;
  const loss = deferred<never>();
  void driver.end.then((how) => {
    ended = how;
    loss.reject(new StackError(`Spark's driver was lost (${how}); its log is ${logPath}`));
  });
  const ask = async (what: string, ...args: readonly unknown[]): Promise<unknown> => {
    const id = (numbers += 1);
    const answer = new Promise<unknown>((resolve) => {
      asked.set(id, resolve);
    });
    driver.send({ do: what, id, args });
    try {
      return await Promise.race([answer, loss.promise]);
    } finally {
      asked.delete(id);
    }
  };
  driver.send({ conf: sparkConf(place) });
  await Promise.race([ready.promise, loss.promise]);
  return {
    open: async (run) => doorSchema.parse(await ask('open', run)),
    close: async (run, sessions) => {
      await ask('close', run, sessions);
    },
    ping: async () => {
      await ask('ping');
    },
    lost: () => ended !== undefined,
    loss: loss.promise,
    stop: async () => {
      await driver.kill();
      // It is in the driver's group: killed as well, but not this process's child.
      if (jvm !== undefined) await gone(jvm);
    },
  };
}

async function gone(identity: ProcessIdentity): Promise<void> {
  while (isRunning(identity)) await delay(20);
}
