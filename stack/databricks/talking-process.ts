import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { startTethered } from '../tethered-process.ts';

/** How a program is started that talks in lines of JSON: on its input and output. */
export interface TalkingOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly folder: string;
  /** Takes what it prints to standard error. */
  readonly logPath: string;
  /** Takes each message, in order. */
  readonly onMessage: (message: TalkingMessage) => void;
}

const messageSchema = z.looseObject({ kind: z.string() });

/** What a program says: its kind, and more. */
export type TalkingMessage = Readonly<z.output<typeof messageSchema>>;

/** A program that talks. It ends with this process. */
export interface TalkingProcess {
  readonly pid: number;
  readonly send: (message: Readonly<Record<string, unknown>>) => void;
  /** Resolves with `exit code 1` or `signal SIGKILL` when it has ended. */
  readonly end: Promise<string>;
  /** Kills it, with all that it has started, and waits for its end. */
  readonly kill: () => Promise<void>;
}

/** Starts a program that talks. Throws StackError when it cannot be started. */
export function startTalking({ logPath, onMessage, ...options }: TalkingOptions): TalkingProcess {
  const tethered = startTethered({ ...options, output: 'pipe', input: 'pipe' });
  const { child, pid, end } = tethered;
  child.stdin?.on('error', () => {});
  child.stderr?.on('data', (text: Buffer) => appendFileSync(logPath, text));
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = parsed(line);
      if (message === undefined) appendFileSync(logPath, `${line}\n`);
      else onMessage(message);
    });
  }
  const killGroup = (): void => {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // Nobody is left in it.
    }
  };
  // What it has started goes with it, also when it ends by itself.
  child.once('exit', killGroup);
  return {
    pid,
    send: (message) => child.stdin?.write(`${JSON.stringify(message)}\n`),
    end,
    kill: async () => {
      if (tethered.ended() === undefined) killGroup();
      await end;
    },
  };
}

function parsed(line: string): TalkingMessage | undefined {
  try {
    return messageSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
