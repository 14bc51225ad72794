import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** {@link ProcessIdentity} as files keep it. */
export const processIdentitySchema = z.object({
  pid: z.number().int().positive(),
  /** Opaque: ticks since boot with the boot's id (Linux), or the date that `ps` prints. */
  startedAt: z.string().min(1),
});

/** A process that cannot be mistaken for another: pids are given again, but not together with the start time. */
export type ProcessIdentity = Readonly<z.output<typeof processIdentitySchema>>;

/** The process that has this pid now; `undefined` when there is none, or only its corpse. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startedAt = process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

/** Whether the very process is still running. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startedAt === identity.startedAt;
}

function startOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may itself hold spaces and parentheses: fields are counted after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${fields[19]}`;
  } catch {
    return undefined;
  }
}

function startByPs(pid: number): string | undefined {
  try {
    const [state, ...date] = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
    })
      .trim()
      .split(/\s+/);
    return state === undefined || state.startsWith('Z') || date.length === 0 ? undefined : date.join(' ');
  } catch {
    return undefined;
  }
}
