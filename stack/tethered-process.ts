import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { hasCode } from './errno.ts';
import { identify, isRunning, type ProcessIdentity } from './process-identity.ts';
import { StackError } from './stack-error.ts';

/**
 * Runs a program in a process group of its own, with a watcher in the same group. The watcher reads a pipe whose other end
 * only the owner holds: when the owner ends, however it ends, the pipe closes and the watcher ends the group, TERM first.
 * One line on the pipe sends the watcher away, and the program lives on by itself.
 * While the watcher is in the group, the kernel cannot give the group's number to anybody else.
 * $1 is a file that must not outlive the program (the settings that lead to it).
 */
const tetherScript = `
forget=$1
shift
(
  if read -r word <&3; then exit 0; fi
  trap '' TERM
  rm -f "$forget"
  kill -TERM -$$
  n=0
  while [ $n -lt 100 ] && kill -0 $$ && ! grep -q ') Z ' /proc/$$/stat; do sleep 0.1; n=$((n+1)); done
  kill -KILL -$$
) </dev/null >/dev/null 2>&1 &
exec "$@" 3<&-
`;

/** How a program is run. */
export interface TetherOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly folder?: string;
  /** Open file that takes the output of a server, which does not keep this process alive; or `pipe` for a tool, which does. */
  readonly output: number | 'pipe';
  /** Removed when the owner is gone. */
  readonly forget?: string;
  readonly input?: 'ignore' | 'pipe';
}

/** A program that ends with its owner, until it is released. */
export interface TetheredProcess extends ProcessIdentity {
  readonly child: ChildProcess;
  /** Lets it outlive this process. */
  release(): void;
  /** `exit code 1` or `signal SIGKILL`, `undefined` while it runs. */
  ended(): string | undefined;
  /** Resolves with the same when it has ended. */
  readonly end: Promise<string>;
}

/** Starts a program on a tether. Throws StackError when it cannot be started. */
export function startTethered(options: TetherOptions): TetheredProcess {
  const child = spawn(
    '/bin/sh',
    ['-c', tetherScript, 'tether', options.forget ?? '', options.command, ...options.args],
    {
      detached: true,
      cwd: options.folder,
      env: options.environment,
      stdio: [options.input ?? 'ignore', options.output, options.output, 'pipe'],
    },
  );
  const { pid } = child;
  const identity = pid === undefined ? undefined : identify(pid);
  child.on('error', () => {});
  if (identity === undefined) throw new StackError(`${options.command} could not be started`);
  const [, , , tether] = child.stdio;
  if (!(tether instanceof Socket)) throw new TypeError('a pipe of a child process is a socket');
  tether.on('error', () => {});
  // The watcher of a program that has ended has nothing to watch.
  child.on('exit', () => tether.end('release\n'));
  if (options.output !== 'pipe') {
    child.unref();
    tether.unref();
  }
  const ended = (): string | undefined => {
    if (child.signalCode !== null) return `signal ${child.signalCode}`;
    return child.exitCode === null ? undefined : `exit code ${child.exitCode}`;
  };
  return {
    ...identity,
    child,
    release: () => {
      tether.end('release\n');
    },
    ended,
    end: once(child, 'exit').then(() => ended() ?? ''),
  };
}

/** Ends a process and its group: TERM, and KILL after `graceMs`. Does nothing when the very process is not there any more. */
export async function endGroup(identity: ProcessIdentity, graceMs = 15_000): Promise<void> {
  if (!isRunning(identity)) return;
  signalGroup(identity.pid, 'SIGTERM');
  const deadline = Date.now() + graceMs;
  while (isRunning(identity)) {
    if (Date.now() > deadline) signalGroup(identity.pid, 'SIGKILL');
    await delay(25);
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}

/** How a tool (a package client, a one-off program) is run. */
export interface ToolOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly folder?: string;
  /** Written to its input. */
  readonly input?: string;
  /** Takes its output as it comes. */
  readonly onOutput?: (text: string) => void;
  /** Begins the sentence of the error: "what failed". */
  readonly purpose: string;
}

/** Runs a tool to its end and returns its output. It ends with this process. Throws StackError with its last lines. */
export async function runTool(options: ToolOptions): Promise<string> {
  const tool = startTethered({
    ...options,
    output: 'pipe',
    input: options.input === undefined ? 'ignore' : 'pipe',
  });
  const { child } = tool;
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-100_000);
      options.onOutput?.(text);
    });
  }
  child.stdin?.on('error', () => {});
  child.stdin?.end(options.input);
  await once(child, 'close');
  if (child.exitCode === 0) return output;
  const last = output.trim().split('\n').slice(-12).join('\n  ');
  throw new StackError(`${options.purpose} failed (${options.command}, ${tool.ended()}):\n  ${last}`);
}
