import { makeEdits, type RunEdit } from '../../../scripts/runs/edit-runs.ts';
import type { TaskState } from '../../../dag/states.ts';

const words = { verb: 'clear', done: 'cleared' };

describe('edits that somebody is asked about', () => {
  let made: string[];
  let asked: string[];
  let printed: string;

  beforeEach(() => {
    made = [];
    asked = [];
    printed = '';
    jest.spyOn(console, 'log').mockImplementation((text: string) => void (printed += `${text}\n`));
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
  });

  afterEach(() => jest.restoreAllMocks());

  const edit = (from: TaskState, read: number): RunEdit => ({
    runId: 'one',
    instances: [{ taskId: 'land', mapIndex: -1, label: 'land', from, to: 'none' }],
    act: () => {
      made.push(`as it was read for the ${read}. time`);
      return Promise.resolve('goes on');
    },
  });
  /** Edits a run whose task is in one state after the other, each time that it is read. */
  const edits = (states: readonly (TaskState | null)[], answers: readonly boolean[]) => {
    let reads = 0;
    const find = () => {
      const state = states[reads++];
      return Promise.resolve({ edits: state == null ? [] : [edit(state, reads)], left: ['two is over'] });
    };
    return makeEdits(find, words, {}, (question) => {
      asked.push(question);
      return Promise.resolve(answers[asked.length - 1] ?? false);
    });
  };

  test('are made of what is there when they are agreed to', async () => {
    await edits(['failed', 'failed'], [true]);
    expect([asked, made]).toEqual([['clear 1 task instance of 1 run?'], ['as it was read for the 2. time']]);
    expect(printed.match(/left as it is: two is over/g)).toHaveLength(1);
  });

  test('are shown and asked for again when they have changed', async () => {
    await edits(['failed', 'running', 'success', 'success'], [true, true, true]);
    expect([asked.length, made]).toEqual([3, ['as it was read for the 4. time']]);
    expect(printed).toMatch(
      /failed.*this has changed meanwhile.*running.*this has changed meanwhile.*success.*goes on/s,
    );
    await edits(['failed', 'running'], [true, false]);
    expect(made).toHaveLength(1);
    expect(printed).toMatch(/nothing was cleared\n$/);
  });

  test('are none when nothing is left of them', async () => {
    await edits(['failed', null], [true]);
    expect([asked.length, made]).toEqual([1, []]);
    expect(printed).toMatch(/this has changed meanwhile:\nthere is nothing to clear\n$/);
  });
});
