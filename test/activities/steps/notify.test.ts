import type { Mail } from '../../../activities/notify/port.ts';
import type { NotifiedEvent } from '../../../activities/steps/contract.ts';
import { createNotify } from '../../../activities/steps/notify.ts';
import { testContext } from './step-context.ts';

const event: NotifiedEvent = {
  event: 'failure',
  dagId: 'daily',
  runId: 'daily-1',
  logicalDate: '2026-03-01T00:00:00Z',
  task: { taskId: 'clean', mapIndex: 0, label: 'clean[pin]' },
  tryNumber: 3,
  state: 'failed',
  error: { type: 'kafka.unavailable', message: 'no <!channel> & co' },
};
const url = 'http://ui/run-1';
const text = `daily: task clean[pin] failed
state: failed, try 3
error: kafka.unavailable: no <!channel> & co
run: daily-1, logical date 2026-03-01T00:00:00Z
${url}`;

describe('a notification', () => {
  const posted: unknown[] = [];
  const mails: Mail[] = [];
  const notify = createNotify({
    notifier: {
      postJson: async (_, document) => void posted.push(document),
      sendMail: async (_, mail) => void mails.push(mail),
    },
    urlOf: (runId) => `http://ui/${runId}`,
  });
  const input = { channel: 'ops', text: null, event };
  const own = { channel: 'ops', text: 'own *text* <http://a|b>\nsecond', event: null };

  beforeEach(() => {
    posted.length = 0;
    mails.length = 0;
  });

  test('says what happened, where, and why, in a few lines', async () => {
    await notify.webhook(input, testContext());
    expect(posted).toEqual([{ text, event, url }]);
    await notify.email({ ...input, subject: null }, testContext());
    expect(mails).toEqual([{ subject: 'daily: task clean[pin] failed', text }]);
  });

  test('calls nobody in Slack by what an error says', async () => {
    await notify.slack(input, testContext());
    expect(posted).toEqual([{ text: text.replace('no <!channel> & co', 'no &lt;!channel&gt; &amp; co') }]);
  });

  test('of a run names no task, and no page where the settings have none', async () => {
    const bare = createNotify({
      notifier: { postJson: async (_, document) => void posted.push(document), sendMail: async () => undefined },
      urlOf: () => undefined,
    });
    const run: NotifiedEvent = {
      ...event,
      event: 'run_success',
      task: null,
      tryNumber: null,
      state: 'success',
      error: null,
    };
    await bare.slack({ ...input, event: run }, testContext());
    expect(posted).toEqual([
      { text: 'daily: the run succeeded\nstate: success\nrun: daily-1, logical date 2026-03-01T00:00:00Z' },
    ]);
  });

  test('of a text of its own is that text', async () => {
    await notify.slack(own, testContext());
    expect(posted).toEqual([{ text: own.text }]);
    await notify.email({ ...own, subject: null }, testContext());
    await notify.email({ ...own, subject: 'a\r\nBcc: x' }, testContext());
    expect(mails.map(({ subject }) => subject)).toEqual(['own *text* <http://a|b>', 'a']);
  });
});
