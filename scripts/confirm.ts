import { createInterface } from 'node:readline/promises';
import { isCi } from '../config/environment.ts';
import { CommandError } from './failure.ts';

/** Asks a person whether to do something; only a yes is one. Throws CommandError, which names --yes, where nobody can be asked. */
export async function confirmed(question: string): Promise<boolean> {
  if (isCi() || !process.stdin.isTTY) throw new CommandError('nobody can be asked here: say --yes');
  // What a program reads is no place for questions.
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
