import { defineSignal, setHandler } from '@temporalio/workflow';
import type { RunContext } from '../../dag/definition.ts';
import { answerUpdate, openDesk, type AnswerInput, type RunDesk } from './run-desk.ts';
import { onUpdate } from './settled.ts';

const desks = new WeakMap<RunContext, RunDesk>();

/** The desk of a run, made when an operator first needs it: it takes the signals and answers that come to the workflow. */
export function deskOf(run: RunContext): RunDesk {
  const known = desks.get(run);
  if (known !== undefined) return known;
  const desk = openDesk((signal) =>
    setHandler(defineSignal<[unknown]>(signal), (payload) => desk.deliver(signal, payload)),
  );
  onUpdate(answerUpdate, (input: AnswerInput) => {
    desk.check(input);
    desk.answer(input);
  });
  desks.set(run, desk);
  return desk;
}
