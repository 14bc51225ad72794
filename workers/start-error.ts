/** Exit code for a set-up that starting again cannot mend (EX_CONFIG of sysexits.h): systemd does not try again. */
export const setupExitCode = 78;

/** What a worker found missing where it was told to work: a sentence an item, each with what to do. */
export class WorkerStartError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'WorkerStartError';
  }
}
