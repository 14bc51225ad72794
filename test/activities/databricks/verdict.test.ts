import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  hasEnded,
  verdictOf,
  verdictOfCode,
  verdictOfLifeCycle,
  verdictOfResult,
  type ReportedState,
} from '../../../activities/databricks/verdict.ts';

const nothing: ReportedState = {
  lifeCycleState: undefined,
  resultState: undefined,
  state: undefined,
  terminationCode: undefined,
  terminationType: undefined,
  message: undefined,
};

test('docs/databricks.md has every state with its verdict', () => {
  const page = readFileSync(join(__dirname, '../../../docs/databricks.md'), 'utf8');
  const told = [...page.matchAll(/^\| `([A-Z_]+)` \| (\w+) \|/gm)].map(([, name, verdict]) => [name, verdict]);
  const known = [verdictOfCode, verdictOfResult, verdictOfLifeCycle].flatMap((table) => Object.entries(table));
  expect(told).toEqual(known);
});

test.each([
  ['TERMINATED', true],
  ['SKIPPED', true],
  ['INTERNAL_ERROR', true],
  ['RUNNING', false],
  ['PENDING', false],
  ['QUEUED', false],
  ['BLOCKED', false],
  ['WAITING_FOR_RETRY', false],
  ['TERMINATING', false],
  ['A_STATE_OF_NEXT_YEAR', false],
])('a run that is %s has ended: %s', (lifeCycleState, ended) => {
  expect(hasEnded({ lifeCycleState, state: undefined })).toBe(ended);
});

test('without the old form the new one tells of the end', () => {
  expect(hasEnded({ lifeCycleState: undefined, state: 'TERMINATED' })).toBe(true);
  expect(hasEnded({ lifeCycleState: undefined, state: 'RUNNING' })).toBe(false);
});

test('a failed task makes a run of the old form an internal error, and the code says whose', () => {
  const failed = { ...nothing, lifeCycleState: 'INTERNAL_ERROR', resultState: 'FAILED' };
  expect(verdictOf(failed)).toBe('retry');
  expect(verdictOf({ ...failed, terminationCode: 'INVALID_RUN_CONFIGURATION' })).toBe('failure');
});

test('what contradicts itself, and what nobody knows, is no success', () => {
  const code = { ...nothing, lifeCycleState: 'TERMINATED', terminationCode: 'SUCCESS' };
  expect(verdictOf({ ...code, resultState: 'FAILED' })).toBe('retry');
  expect(verdictOf({ ...code, resultState: 'SUCCESS' })).toBe('success');
  fc.assert(
    fc.property(fc.string(), fc.option(fc.string(), { nil: undefined }), (terminationCode, resultState) => {
      if (Object.hasOwn(verdictOfCode, terminationCode)) return;
      expect(verdictOf({ ...nothing, lifeCycleState: 'TERMINATED', terminationCode, resultState })).toBe('failure');
    }),
  );
  expect(verdictOf({ ...nothing, lifeCycleState: 'TERMINATED' })).toBe('failure');
  expect(verdictOf({ ...nothing, lifeCycleState: 'TERMINATED', terminationCode: 'toString' })).toBe('failure');
});
