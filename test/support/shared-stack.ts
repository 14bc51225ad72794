import { z } from 'zod';
import { identify } from '../../stack/process-identity.ts';
import type { Stack } from '../../stack/stack.ts';

const sharedStackSchema = z.object({
  settings: z.record(z.string(), z.string()),
  stateDir: z.string(),
  /** Path of the time-skipping Temporal server. */
  testServer: z.string(),
});

/** What test files are told of the stack that they share. */
export type SharedStack = Readonly<z.output<typeof sharedStackSchema>>;

/** Jest gives its workers the environment that stands when the set-up is done. */
const variable = 'TW_TEST_STACK';

/** Tells test files of the stack. */
export function shareStack(shared: SharedStack): void {
  process.env[variable] = JSON.stringify(shared);
}

/** The stack of this test run. */
export function sharedStack(): SharedStack {
  const text = process.env[variable];
  if (text === undefined)
    throw new Error('no stack is up: this file belongs to the project "servers" of jest.config.mjs');
  return sharedStackSchema.parse(JSON.parse(text));
}

interface Kept {
  readonly stack: Stack;
  readonly stateDir: string;
}

/** Jest loads set-up and teardown apart from each other: what one leaves for the other goes through the global object. */
const place: typeof globalThis & { tradewindTestStack?: Kept } = globalThis;

/** Leaves the stack for the teardown. */
export function keepForTeardown(kept: Kept): void {
  place.tradewindTestStack = kept;
}

/** The stack that the set-up left, once. */
export function takeForTeardown(): Kept | undefined {
  const kept = place.tradewindTestStack;
  delete place.tradewindTestStack;
  return kept;
}

/** Whether a process has this pid; one that has ended and was not asked about yet does not count. */
export function isPidRunning(pid: number): boolean {
  return identify(pid) !== undefined;
}
