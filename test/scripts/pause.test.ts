import { eventually } from '../support/own-state.ts';
import { cliStage } from './cli-stage.ts';

const stage = cliStage('pause', { before: [['init'], ['schedules', 'apply']] });
const dags = (...args: string[]) => stage.tw('dags', ...args);
const json = (...args: string[]) => stage.json<unknown>('dags', ...args);

/** What `tw dags list` says of the daily batch: there may be more DAGs in the checkout. */
async function listed(): Promise<unknown> {
  const all = await stage.json<readonly { readonly id: string }[]>('dags', 'list');
  return all.find(({ id }) => id === 'pinterestDaily');
}

/** Waits, since the server takes a Schedule's pause a moment after it has answered that it was asked. */
async function scheduleIs(paused: boolean): Promise<void> {
  await eventually(`the Schedule's pause is ${paused}`, async () => {
    const { state } = await stage.env.client.schedule.getHandle('pinterestDaily').describe();
    return state.paused === paused;
  });
}

test('tw dags pause lets no run begin and stops the Schedule, and unpause lets both go on', async () => {
  expect(await json('pause', 'pinterestDaily', '--dry-run')).toEqual({
    dagId: 'pinterestDaily',
    isPaused: true,
    wasPaused: false,
    changed: false,
  });
  expect(await listed()).toMatchObject({ standing: { isPaused: false, schedule: { isPaused: false, missed: 0 } } });
  expect(await dags('pause', 'pinterestDaily', '--note', 'the source moves')).toMatchObject({
    code: 0,
    out: 'pinterestDaily is paused; runs that go on: 0, that wait: 0\n',
  });
  await scheduleIs(true);
  const run = await stage.harness.start('pinterestDaily', { posts: 5 });
  await eventually('it waits', async () => (await stage.harness.control.status('pinterestDaily'))?.queued.length === 1);
  expect(await json('show', 'pinterestDaily')).toMatchObject({
    standing: { isPaused: true, note: 'the source moves', activeRuns: 0, queuedRuns: 1, schedule: { isPaused: true } },
  });
  expect((await stage.tw('runs', 'show', run.workflowId)).out).toMatch(
    /\nstate +queued\nwaits +pinterestDaily is paused \(the source moves\): tw dags unpause pinterestDaily lets its runs begin\nattempt +1 of 1\n/,
  );
  const table = (await dags('list')).out;
  expect(table).toMatch(/│ pinterestDaily +│ @daily UTC +│ yes: the source moves │ 0 +│ 1 +│ 0 +│/);
  expect((await dags('show', 'pinterestDaily')).out).toContain('next run         when it is unpaused');
  const { memo, state } = await stage.env.client.schedule.getHandle('pinterestDaily').describe();
  expect([memo, state]).toMatchObject([{ tradewindTaskQueue: stage.own }, { paused: true, note: 'the source moves' }]);
  expect(await json('unpause', 'pinterestDaily')).toMatchObject({ isPaused: false, wasPaused: true, changed: true });
  await run.result();
  await scheduleIs(false);
  expect(await dags('unpause', 'pinterestDaily')).toMatchObject({ out: 'pinterestDaily is not paused already\n' });
});

test.each(['pause', 'unpause'])('tw dags %s says of a DAG that there is not what there is', async (verb) => {
  const err = expect.stringMatching(/^tw: there is no DAG nowhere; there are: .*\bpinterestDaily\b.*\n$/) as unknown;
  expect(await dags(verb, 'nowhere')).toMatchObject({ code: 1, out: '', err });
});

test('a DAG whose Schedule is paused in the Temporal UI is not paused, and shows it', async () => {
  await stage.env.client.schedule.getHandle('pinterestDaily').pause('by hand');
  await scheduleIs(true);
  expect((await dags('list')).out).toContain('│ its Schedule alone │');
  expect(await json('unpause', 'pinterestDaily')).toMatchObject({ wasPaused: false, changed: true });
  await scheduleIs(false);
});

test('tw runs show says who has the turn that a queued run waits for, and of one that is delayed until when', async () => {
  stage.holdAnswers();
  const first = await stage.harness.start('pinterestDaily', { posts: 5 });
  const status = () => stage.harness.control.status('pinterestDaily');
  await eventually('it runs', async () => (await status())?.active.length === 1);
  const second = await stage.harness.start('pinterestDaily');
  await eventually('one waits', async () => (await status())?.queued.length === 1);
  const third = await stage.harness.start('pinterestDaily');
  await eventually('two wait', async () => (await status())?.queued.length === 2);
  const because = `pinterestDaily lets 1 run be active at a time (maxActiveRuns), and active is: ${first.workflowId}`;
  expect(await stage.json('runs', 'show', second.workflowId)).toMatchObject({ state: 'queued', waits: because });
  expect(await stage.json('runs', 'show', third.workflowId)).toMatchObject({
    waits: `${because}; 1 run waits before it`,
    attempt: 1,
    attempts: 1,
  });
  expect(await stage.json('runs', 'show', first.workflowId)).not.toHaveProperty('waits');
  const later = ['--run-id', 'later', '--run-after', '2100-01-01'];
  expect((await dags('trigger', 'pinterestDaily', ...later)).code).toBe(0);
  expect(await stage.json('runs', 'show', 'later')).toMatchObject({
    waits: 'it begins no earlier than 2100-01-01T00:00:00Z',
  });
  stage.letAnswersGo();
  for (const run of [first, second, third]) await run.result();
  await stage.env.client.workflow.getHandle('later').terminate();
}, 120_000);

test('without a worker tw dags pause says so and changes nothing, and list tells what is known all the same', async () => {
  await stage.stopWorkers();
  const { code, out, err } = await dags('pause', 'pinterestDaily');
  expect([code, out]).toEqual([1, '']);
  expect(err).toBe('tw: no worker answered in time, so nothing has changed: start one (tw worker), then try again\n');
  const standing = { isPaused: false, activeRuns: null, queuedRuns: null, schedule: { isPaused: false } };
  expect(await listed()).toMatchObject({ standing });
}, 120_000);
