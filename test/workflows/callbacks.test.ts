import { createNotifier } from '../../activities/notify/notifier.ts';
import { asActivity } from '../../activities/shared/activity-context.ts';
import type { NotifiedEvent } from '../../activities/steps/contract.ts';
import { createNotify } from '../../activities/steps/notify.ts';
import type { RunStatus } from '../../workflows/engine/queries.ts';
import { eventually } from '../support/own-state.ts';
import { startMailServer, type MailServer } from '../support/mail-server.ts';
import { startWebhookServer, type WebhookServer } from '../support/webhook-server.ts';
import { endOf, logged, skippingTime, taskOf, type Stage } from './harness.ts';

interface Posted {
  readonly text: string;
  readonly url: string | null;
  readonly event: NotifiedEvent;
}

describe('callbacks, with notifications to a real server', () => {
  let server: WebhookServer;
  let mail: MailServer;
  let stage: Stage;

  beforeAll(async () => {
    server = await startWebhookServer();
    mail = await startMailServer();
    const webhooks = { ops: server.url, refusing: 'http://127.0.0.1:1/canary-7f3a9c' };
    const notifier = createNotifier({
      webhooks,
      emails: { ops: ['ops@example.org'] },
      smtpUrl: `smtp://127.0.0.1:${mail.port}`,
      from: 'tw@example.org',
    });
    const { webhook, slack, email } = createNotify({ notifier, urlOf: (runId) => `http://ui/${runId}` });
    stage = await skippingTime('test/workflows/fixtures/callback-dags', {
      notifyWebhook: asActivity(webhook),
      notifySlack: asActivity(slack),
      notifyEmail: asActivity(email),
    });
  });

  beforeEach(() => void (server.posted.length = 0));

  afterAll(async () => {
    await stage.end();
    await server.close();
    await mail.close();
  });

  const told = () =>
    (server.posted as Posted[]).map(({ event: { event, task, tryNumber, state } }) =>
      [event, task?.label ?? 'run', tryNumber, state].join(' '),
    );

  test('tell each thing that happens to a task that runs, and how the run ended', async () => {
    const handle = await stage.harness.start('telling');
    expect((await endOf(handle)).type).toBe('DagRunFailed');
    expect(told().toSorted()).toEqual(
      [
        'execute each[x] 1 running',
        'success each[x] 1 success',
        'execute each[y] 1 running',
        'skipped each[y] 1 skipped',
        'execute broken 1 running',
        'retry broken 1 up_for_retry',
        'execute broken 2 running',
        'failure broken 2 failed',
        'execute choose 1 running',
        'success choose 1 success',
        'run_failure run  failed',
      ].toSorted(),
    );
    const posted = server.posted as Posted[];
    const last = posted.find(({ event }) => event.event === 'run_failure');
    expect(last?.event).toMatchObject({
      dagId: 'telling',
      runId: handle.workflowId,
      error: { type: 'DagRunFailed', message: 'failed: broken (it broke)' },
    });
    expect(last?.text).toContain(
      `telling: the run failed\nstate: failed\nerror: DagRunFailed: failed: broken (it broke)\n`,
    );
    expect(last?.url).toBe(`http://ui/${handle.workflowId}`);
    expect(posted.find(({ event }) => event.event === 'retry')?.event.error).toEqual({
      type: 'Error',
      message: 'it broke',
    });
    expect((await handle.query<RunStatus>('states')).callbackTroubles).toBeUndefined();
  });

  test('change nothing when they fail, hang or reach nobody: it is logged, and stands beside the run', async () => {
    const handle = await stage.harness.start('badCallbacks');
    const { result } = await endOf(handle);
    expect(result).toEqual({
      state: 'success',
      tasks: {
        throws: 'success',
        hangs: 'success',
        nowhere: 'success',
        forgets: 'success',
        refuses: 'success',
        asks: 'success',
      },
    });
    expect(await handle.query('result', { taskId: 'asks' })).toBe(false);
    expect(told().toSorted()).toEqual(['run_success run  success', 'success forgets 1 success']);
    const { callbackTroubles = [] } = await handle.query<RunStatus>('states');
    const troubles = Object.fromEntries(callbackTroubles.map(({ label, error }) => [label ?? 'run', error]));
    expect(troubles).toEqual({
      run: { type: 'Error', message: 'a bad run callback' },
      throws: { type: 'TaskFailed', message: 'a bad callback' },
      hangs: { type: 'Error', message: 'took longer than 5 min 0 s, which is all that a callback may take' },
      nowhere: { type: 'webhook.invalid', message: expect.stringContaining("there is no channel 'nowhere'") },
      refuses: expect.objectContaining({ message: expect.stringContaining("channel 'refusing' cannot be reached") }),
    });
    // What is read of a run that is over is its record.
    const record = await stage.harness.ledger.read({ dagId: 'badCallbacks', runId: handle.workflowId });
    expect(record?.callbackTroubles).toEqual(callbackTroubles);
    const warned = (): number => logged.filter(({ message }) => message.startsWith('a callback failed')).length;
    await eventually('all of it is logged', () => warned() === callbackTroubles.length);
    expect(JSON.stringify([callbackTroubles, logged.map(({ message, meta }) => [message, meta])])).not.toContain(
      'canary',
    );
    const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    expect(currentDetails).toContain('**callbacks that failed**');
    expect(currentDetails).toContain('- throws onSuccessCallback: a bad callback');
    const { startTime, closeTime } = await handle.describe();
    expect((closeTime?.getTime() ?? 0) - startTime.getTime()).toBeLessThan(6 * 60_000);
  });

  test('tell that a run was cancelled', async () => {
    const handle = await stage.harness.start('cancelledTelling');
    await eventually('it waits', async () => (await taskOf(handle, 'waits')).state === 'deferred');
    await handle.cancel();
    expect((await endOf(handle)).type).toBe('CancelledFailure');
    expect(told().toSorted()).toEqual(['failure waits 1 failed', 'run_failure run  failed']);
    expect(mail.received).toMatchObject([{ to: ['ops@example.org'], from: 'tw@example.org' }]);
    expect(mail.received[0]?.text).toContain('Subject: cancelledTelling: the run failed');
    const end = (server.posted as Posted[]).find(({ event }) => event.event === 'run_failure');
    expect(end?.event.error).toEqual({ type: 'Cancelled', message: 'the run was cancelled' });
  });
});
