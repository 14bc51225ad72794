import type { WorkflowHandle } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type { RunSummary } from '../../scripts/runs/run-summary.ts';
import { searchAttributeKeys } from '../../workflows/engine/search-attributes.ts';
import { eventually } from '../support/own-state.ts';
import { uniqueName } from '../support/stack.ts';
import { endOf, taskOf } from '../workflows/harness.ts';
import { cliStage } from './cli-stage.ts';

const stage = cliStage('edits');
const { tw: run } = stage;
const told = (...args: string[]) => stage.json<Told>(...args);
const [first, second, lost] = [uniqueName('first'), uniqueName('second'), uniqueName('lost')];

interface Told {
  readonly instances: readonly {
    readonly runId: string;
    readonly label: string;
    readonly from: string;
    readonly to: string;
  }[];
  readonly runs: readonly { readonly runId: string; readonly outcome?: string }[];
}

const textOf = ({ instances }: Told): readonly string[] =>
  instances.map(({ runId, label, from, to }) => `${runId} ${label} ${from} > ${to}`);

const start = (workflowId: string, logicalDate: string): Promise<WorkflowHandle> =>
  stage.env.client.workflow.start('pinterestDaily', {
    workflowId,
    taskQueue: `${stage.own}-orchestration`,
    args: [{ posts: 5 }],
    typedSearchAttributes: new TypedSearchAttributes([{ key: searchAttributeKeys.logicalDate, value: logicalDate }]),
  });

test('a run that is under way is cleared and marked, fails, and is resumed with what is kept', async () => {
  stage.holdAnswers();
  const handle = await start(first, '2026-03-01T00:00:00Z');
  await eventually(
    'answers run',
    async () => (await taskOf(handle, 'answers').catch(() => undefined))?.state === 'running',
  );
  const order = ['tasks', 'clear', first, '-t', 'clean[geo]'];
  expect(textOf(await told(...order, '--dry-run'))).toEqual([`${first} clean[geo] success > none`]);
  expect((await taskOf(handle, 'clean[geo]')).tryNumber).toBe(1);
  expect(await run(...order)).toMatchObject({ code: 1, err: 'tw: nobody can be asked here: say --yes\n' });
  expect((await run(...order, '--yes')).out).toMatch(
    new RegExp(`clean\\[geo\\] │ success │ none .*\n${first}: goes on\n$`, 's'),
  );
  await eventually('it has run again', async () => (await taskOf(handle, 'clean[geo]')).tryNumber === 2);
  expect(textOf(await told('tasks', 'mark', first, 'answers', 'failed', '--yes'))).toEqual([
    `${first} answers running > failed`,
  ]);
  // The activity heeds no cancellation: it is awaited.
  stage.letAnswersGo();
  expect(await endOf(handle)).toMatchObject({
    message: expect.stringContaining('answers (it was marked as failed by hand)'),
  });
  const dry = await told('runs', 'resume', first, '--dry-run');
  expect(textOf(dry)).toContain(`${first} answers failed > none`);
  expect((await run('runs', 'show', first)).out).toContain('failed');
  const { out } = await run('runs', 'resume', first);
  expect(out).toMatch(new RegExp(`${first}: goes on as attempt 2: tw runs show ${first}\n$`));
  const again = stage.env.client.workflow.getHandle(first);
  expect((await endOf(again)).result).toMatchObject({ state: 'success' });
  expect((await taskOf(again, 'land[pin]')).tryNumber).toBe(1);
  expect((await run('runs', 'show', first)).out).toMatch(/\nstate +success\nattempt +2 of 2\n/);
  expect((await run('runs', 'show', first, '--attempt', '1')).out).toMatch(
    /state +failed\nattempt +1 of 2\n.*answers +│ failed +│ 1 /s,
  );
  expect((await run('runs', 'show', first, '--attempt', '3')).err).toBe(
    `tw: run ${first} has left no record of an attempt 3; there are 1 to 2\n`,
  );
  expect(await run('runs', 'resume', first)).toMatchObject({
    code: 1,
    err: `tw: run ${first} has succeeded: there is nothing to resume; tw tasks clear ${first} has tasks of it run again\n`,
  });
});

test('runs before and after one, and all of a DAG, are cleared together; a run is marked as a whole', async () => {
  await endOf(await start(second, '2026-03-02T00:00:00Z'));
  await eventually('it is over in visibility', async () =>
    (JSON.parse((await run('runs', 'list', '--json')).out) as readonly RunSummary[]).every(({ end }) => end !== null),
  );
  const report = ['-t', 'report', '--dry-run'];
  const both = [`${first} report success > none`, `${second} report success > none`];
  expect(textOf(await told('tasks', 'clear', second, '--past', ...report))).toEqual(both);
  expect(textOf(await told('tasks', 'clear', first, '--past', ...report))).toEqual([both[0]]);
  expect(textOf(await told('tasks', 'clear', '-d', 'pinterestDaily', '-s', '2026-03-02', ...report))).toEqual([
    both[1],
  ]);
  expect((await run('tasks', 'clear', '-d', 'pinterestDaily', '--only-failed', '--dry-run')).out).toBe(
    'there is nothing to clear\n',
  );
  const cleared = await told('tasks', 'clear', first, '--future', '-t', 'report', '--yes');
  expect(cleared.runs).toEqual([
    { runId: first, outcome: 'goes on as attempt 3' },
    { runId: second, outcome: 'goes on as attempt 2' },
  ]);
  for (const runId of [first, second]) {
    const handle = stage.env.client.workflow.getHandle(runId);
    expect((await endOf(handle)).result?.state).toBe('success');
    expect((await taskOf(handle, 'report')).tryNumber).toBe(2);
  }
  expect((await run('runs', 'mark', second, 'failed', '--dry-run')).out).toBe(
    `${second}, which was success, would be marked as failed\n`,
  );
  expect((await run('runs', 'mark', second, 'failed')).out).toBe(
    `${second}, which was success, is marked as failed, and ends so as attempt 3\n`,
  );
  expect(await endOf(stage.env.client.workflow.getHandle(second))).toMatchObject({
    message: 'the run was marked as failed by hand',
  });
  expect((await run('runs', 'mark', second, 'failed')).err).toBe(
    `tw: run ${second} is failed already: nothing has changed\n`,
  );
});

test('a run that was terminated left nothing to go on from, which is said', async () => {
  stage.holdAnswers();
  const handle = await start(lost, '2026-03-03T00:00:00Z');
  await eventually(
    'it runs',
    async () => (await taskOf(handle, 'answers').catch(() => undefined))?.state === 'running',
  );
  await handle.terminate();
  stage.letAnswersGo();
  expect((await run('runs', 'resume', lost)).err).toContain(
    `run ${lost} is over and left no record, as one that was terminated: nothing of it is kept`,
  );
});

test.each([
  [['tasks', 'clear', 'nowhere'], 1, 'there is no run nowhere; the newest are: '],
  [['tasks', 'clear', 'pinterestDaily'], 1, 'is a DAG and no run: tw runs list --dag-id pinterestDaily names its runs'],
  [['tasks', 'clear'], 1, 'name a run, or a DAG with --dag-id'],
  [
    ['tasks', 'clear', '-d', 'pinterestDaily', '-s', '2031-01-01'],
    1,
    'there is no run of pinterestDaily from 2031-01-01T00:00:00Z',
  ],
  [
    ['tasks', 'clear', first, '-t', 'nothing'],
    1,
    'DAG pinterestDaily has no task nothing; its tasks are emulate, land, ',
  ],
  [
    ['tasks', 'clear', first, '-t', 'land[3]'],
    1,
    `task land of run ${first} has no index land[3]; there are land[pin], `,
  ],
  [['tasks', 'clear', first, '--only-failed', '--only-running'], 1, 'choose one of --only-failed and --only-running'],
  [
    ['tasks', 'mark', first, 'report[0]', 'success'],
    1,
    `task report of run ${first} has no index report[0]; it has none`,
  ],
])('tw %j is refused in words', async (args, code, words) => {
  expect(await run(...args)).toMatchObject({ code, out: '', err: expect.stringContaining(words) });
});
