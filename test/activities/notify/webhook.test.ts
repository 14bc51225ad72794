import { createWebhook } from '../../../activities/notify/webhook.ts';
import { startWebhookServer, type WebhookServer } from '../../support/webhook-server.ts';

describe('a webhook', () => {
  const signal = new AbortController().signal;
  let server: WebhookServer;

  beforeAll(async () => {
    server = await startWebhookServer();
  });

  afterAll(() => server.close());

  const post = (document: unknown, on: AbortSignal = signal) =>
    createWebhook({ webhooks: { ops: server.url } })('ops', document, on);

  test('is posted JSON', async () => {
    await post({ text: 'ü <b>' });
    expect(server.posted).toEqual([{ text: 'ü <b>' }]);
  });

  test.each([
    [500, 'unavailable', true],
    [429, 'throttled', true],
    [403, 'unauthorized', false],
    [404, 'not_found', false],
    [400, 'invalid', false],
    [302, 'invalid', false],
  ])('that answers %d is %s; the error names the channel, never the address', async (status, code, canRetry) => {
    server.answers.push(status);
    const error: unknown = await post({}).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ system: 'webhook', code, canRetry });
    expect(String(error)).toContain(`channel 'ops' answered ${status}`);
    expect(`${String(error)} ${(error as Error).stack}`).not.toContain('canary');
  });

  test('that is away is weather, and says nothing of the address either', async () => {
    const away = createWebhook({ webhooks: { ops: 'http://127.0.0.1:1/canary-7f3a9c' } });
    const error: unknown = await away('ops', {}, signal).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'unavailable',
      canRetry: true,
      message: expect.not.stringContaining('canary'),
    });
  });

  test('is given up when the caller gives up', async () => {
    server.answers.push('hang');
    const stop = new AbortController();
    const posting = post({}, stop.signal);
    stop.abort(new Error('enough'));
    await expect(posting).rejects.toThrow('enough');
    server.answers.length = 0;
  });

  test('of a channel that the settings do not have is an error that names those they have', async () => {
    for (const channel of ['dev', 'constructor']) {
      await expect(createWebhook({ webhooks: { ops: server.url } })(channel, {}, signal)).rejects.toMatchObject({
        code: 'invalid',
        canRetry: false,
        message: `there is no channel '${channel}' in TW_NOTIFY_WEBHOOKS, which has ops: add it to the worker's settings`,
      });
    }
  });
});
