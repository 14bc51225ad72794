import { definitionHash } from '../../dag/definition-hash.ts';
import { define, type Build } from './define.ts';

const tell = (): void => undefined;
const other = (): void => undefined;
const one: Build = ({ task }) => {
  task('a', { run: () => 1 });
};

test('callbacks come from the task, its groups and the DAG, the nearest first; several are a list', () => {
  const { tasks, callbacks } = define(
    ({ task, group }) => {
      task('plain', { run: () => 1 });
      task('own', { onFailureCallback: [other, tell], onRetryCallback: [], run: () => 1 });
      group('g', { defaultArgs: { onFailureCallback: other } }, (within) => within.task('in', { run: () => 1 }));
    },
    {
      defaultArgs: { onFailureCallback: tell, onRetryCallback: tell },
      onSuccessCallback: tell,
      onFailureCallback: [other],
    },
  );
  expect(tasks.map((task) => task.callbacks)).toEqual([
    { failure: [tell], retry: [tell] },
    { failure: [other, tell] },
    { failure: [other], retry: [tell] },
  ]);
  expect(callbacks).toEqual({ run_success: [tell], run_failure: [other] });
});

test('a DAG without callbacks is what it was, and one with them is another', () => {
  expect(Object.keys(define(one))).not.toContain('callbacks');
  expect(Object.keys(define(one).tasks[0] ?? {})).not.toContain('callbacks');
  expect(definitionHash(define(one, { onFailureCallback: tell }))).not.toBe(definitionHash(define(one)));
});

test('what is no function is refused, and says where', () => {
  const strange = 'notify' as unknown as () => void;
  expect(() => define(({ task }) => void task('a', { onRetryCallback: strange, run: () => 1 }))).toThrow(
    /task a: onRetryCallback is no function: give it one, or a list of them/,
  );
  expect(() => define(one, { onSuccessCallback: [strange] })).toThrow(/onSuccessCallback is no function/);
});
