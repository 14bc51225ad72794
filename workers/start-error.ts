/** Exit code for a set-up that starting again cannot mend (EX_CONFIG of sysexits.h): systemd does not try again. */
export const setupExitCode = 78;

/** Nobody answers at Temporal's address, which may be over in a moment: for a new start, not for a stack trace. */
export class TemporalAwayError extends Error {
  constructor(address: string, cause: unknown) {
    super(noTemporalAt(address), { cause });
    this.name = 'TemporalAwayError';
  }
}

/** The sentence for an address of Temporal that does not answer. */
export function noTemporalAt(address: string): string {
  return `no Temporal server answers at ${address}: start the local one with "tw stack up", or set TEMPORAL_ADDRESS`;
}

/** What a worker found missing where it was told to work: a sentence an item, each with what to do. */
export class WorkerStartError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'WorkerStartError';
  }
}
