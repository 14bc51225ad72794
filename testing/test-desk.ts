import { openDesk, type RunDesk } from '../workflows/engine/run-desk.ts';
import type { Question } from '../workflows/engine/task-record.ts';
import type { TestClock } from './test-clock.ts';

/** One option, or several where the question takes them. */
type Answer = string | readonly string[];

/** Answers by task id; a function is asked, and gives nothing where nobody answers. */
export type Answers = Readonly<Record<string, Answer | ((question: Question) => Answer | undefined)>>;

/** The desk of a test's run: its questions are answered as soon as they are asked. An answer that does not fit goes to `onDefect`. */
export function testDesk(answers: Answers, clock: TestClock, onDefect: (error: unknown) => void): RunDesk {
  const desk = openDesk();
  return {
    ...desk,
    ask: (question, onAnswer) => {
      const leave = desk.ask(question, onAnswer);
      const { taskId, mapIndex } = question;
      const own = answers[taskId];
      const said = typeof own === 'function' ? own(question) : own;
      if (said === undefined) return leave;
      const input = { taskId, mapIndex, options: typeof said === 'string' ? [said] : said };
      const stop = clock.after(0, () => {
        try {
          desk.check(input);
          desk.answer(input);
        } catch (error) {
          onDefect(error);
        }
      });
      return () => {
        stop();
        leave();
      };
    },
  };
}
