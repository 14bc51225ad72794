import { ApplicationFailure } from '@temporalio/common';
import { defineUpdate } from '@temporalio/workflow';
import type { Question } from './task-record.ts';

/** What answers a task's question. */
export interface AnswerInput {
  readonly taskId: string;
  /** Index of a mapped task; -1 or absent: of a task that is not mapped. */
  readonly mapIndex?: number;
  /** One of the options that the question names; more where it says so. */
  readonly options: readonly string[];
}

/** Answers the question of a task that is `awaiting_input`. Fails, in a sentence, when it does not fit, or was answered before. */
export const answerUpdate = defineUpdate<void, [AnswerInput]>('answer');

/** Who waits for people and other systems in a run. */
export interface RunDesk {
  /** Asks; `onAnswer` is called once, with options that fit. Call what it returns to ask no longer. */
  readonly ask: (question: Question, onAnswer: (options: readonly string[]) => void) => () => void;
  /**
   * Waits for a signal: `take` is given payloads in the order in which they came and says whether it takes one. What no one
   * waited for is kept for the next who does. Call what it returns to wait no longer.
   */
  readonly expect: (signal: string, take: (payload: unknown) => boolean) => () => void;
  /** Says, by throwing an ApplicationFailure, why an answer does not fit. */
  readonly check: (input: AnswerInput) => void;
  /** Takes an answer that was checked. */
  readonly answer: (input: AnswerInput) => void;
  /** Takes a signal. */
  readonly deliver: (signal: string, payload: unknown) => void;
}

interface OpenQuestion {
  readonly question: Question;
  readonly onAnswer: (options: readonly string[]) => void;
}

interface Line {
  readonly takers: ((payload: unknown) => boolean)[];
  readonly kept: unknown[];
}

/** A desk that nobody knows yet. `onExpected` is called when a signal is waited for that was neither waited for nor delivered before. */
export function openDesk(onExpected: (signal: string) => void = () => undefined): RunDesk {
  const open = new Map<string, OpenQuestion>();
  const answered = new Set<string>();
  const lines = new Map<string, Line>();

  function lineOf(signal: string): Line {
    const line = lines.get(signal) ?? { takers: [], kept: [] };
    lines.set(signal, line);
    return line;
  }

  return {
    ask: (question, onAnswer) => {
      const key = keyOf(question);
      open.set(key, { question, onAnswer });
      return () => void (open.get(key)?.question === question && open.delete(key));
    },
    expect: (signal, take) => {
      const isNew = !lines.has(signal);
      const line = lineOf(signal);
      if (isNew) onExpected(signal);
      const leave = (): void => {
        const at = line.takers.indexOf(take);
        if (at >= 0) line.takers.splice(at, 1);
      };
      line.takers.push(take);
      for (const payload of line.kept.splice(0)) deliver(line, payload);
      return leave;
    },
    check: (input) => check(input, open, answered),
    answer: (input) => {
      const key = keyOf(input);
      const asked = open.get(key);
      // Two answers that came together have both been checked before.
      if (asked === undefined) throw ApplicationFailure.nonRetryable(answeredBefore(key));
      open.delete(key);
      answered.add(key);
      asked.onAnswer(input.options);
    },
    deliver: (signal, payload) => deliver(lineOf(signal), payload),
  };
}

/** To the first who waits; where nobody does it is kept. */
function deliver(line: Line, payload: unknown): void {
  const [first] = line.takers;
  if (first === undefined) line.kept.push(payload);
  else if (first(payload)) line.takers.splice(line.takers.indexOf(first), 1);
}

function check(input: AnswerInput, open: ReadonlyMap<string, OpenQuestion>, answered: ReadonlySet<string>): void {
  const { taskId, options } = (input ?? {}) as Partial<AnswerInput>;
  if (typeof taskId !== 'string' || !Array.isArray(options) || !options.every((one) => typeof one === 'string')) {
    throw ApplicationFailure.nonRetryable(
      'an answer has a taskId and a list of options, for example {"taskId": "release", "options": ["Approve"]}',
    );
  }
  const key = keyOf(input);
  const asked = open.get(key)?.question;
  if (asked === undefined) {
    if (answered.has(key)) throw ApplicationFailure.nonRetryable(answeredBefore(key));
    const asking = [...open.keys()];
    throw ApplicationFailure.nonRetryable(
      `${key} asks nothing now; ${asking.length === 0 ? 'no task does' : `what asks: ${asking.join(', ')}`}`,
    );
  }
  const strange = options.find((one) => !asked.options.includes(one));
  if (strange !== undefined) {
    throw ApplicationFailure.nonRetryable(`${key} has no option '${strange}'; there are ${asked.options.join(', ')}`);
  }
  if (options.length === 0 || (!asked.multiple && options.length > 1)) {
    throw ApplicationFailure.nonRetryable(
      `${key} takes ${asked.multiple ? 'at least one option' : 'one option'}, not ${options.length}`,
    );
  }
}

function answeredBefore(key: string): string {
  return `${key} was answered before; nothing has changed`;
}

function keyOf({ taskId, mapIndex = -1 }: { readonly taskId: string; readonly mapIndex?: number }): string {
  return mapIndex === -1 ? taskId : `${taskId}[${mapIndex}]`;
}
