import type { SMTPServerOptions } from 'smtp-server';
import { createSmtp } from '../../../activities/notify/smtp.ts';
import { startMailServer, type MailServer } from '../../support/mail-server.ts';

const signal = new AbortController().signal;
const servers: MailServer[] = [];

async function serve(options: SMTPServerOptions = {}): Promise<MailServer> {
  const server = await startMailServer(options);
  servers.push(server);
  return server;
}

const send = (smtpUrl: string | undefined, mail = { subject: 'a failure', text: 'clean failed\nin line 2' }) =>
  createSmtp({ emails: { ops: ['a@example.org', 'b@example.org'] }, smtpUrl, from: 'tw@example.org' })(
    'ops',
    mail,
    signal,
  );
const failureOf = async (sending: Promise<void>): Promise<unknown> => sending.catch((thrown: unknown) => thrown);

afterAll(() => Promise.all(servers.map(({ close }) => close())));

test('a mail goes to all addresses of its channel, as plain text', async () => {
  const { port, received } = await serve();
  await send(`smtp://127.0.0.1:${port}`);
  expect(received).toMatchObject([{ to: ['a@example.org', 'b@example.org'], from: 'tw@example.org', secure: false }]);
  expect(received[0]?.text).toMatch(/^Subject: a failure\r$/m);
  expect(received[0]?.text).toMatch(/^Auto-Submitted: auto-generated\r$/m);
  expect(received[0]?.text).toContain('clean failed\r\nin line 2');
});

test('a subject cannot smuggle a header in', async () => {
  const { port, received } = await serve();
  await send(`smtp://127.0.0.1:${port}`, {
    subject: 'x\r\nBcc: evil@example.org',
    text: 'text',
  });
  expect(received[0]?.to).toEqual(['a@example.org', 'b@example.org']);
  expect(received[0]?.text).not.toMatch(/^Bcc:/m);
});

test('a password is sent over TLS alone, and a wrong one is no weather', async () => {
  const onAuth: SMTPServerOptions['onAuth'] = ({ password }, _, done) =>
    password === 'p@ss' ? done(null, { user: 'tw' }) : done(new Error('Invalid canary-7f3a9c'));
  const bare = await serve({ allowInsecureAuth: true, onAuth });
  expect(await failureOf(send(`smtp://tw:p%40ss@127.0.0.1:${bare.port}`))).toMatchObject({ system: 'smtp' });
  expect(bare.received).toEqual([]);

  const own = await serve({ hideSTARTTLS: false, onAuth });
  const url = (password: string) => `smtp://tw:${password}@127.0.0.1:${own.port}?tls.rejectUnauthorized=false`;
  await send(url('p%40ss'));
  expect(own.received).toMatchObject([{ secure: true }]);
  const wrong = await failureOf(send(url('canary-7f3a9c')));
  expect(wrong).toMatchObject({
    code: 'unauthorized',
    canRetry: false,
    message: expect.stringContaining('TW_SMTP_URL'),
  });
  expect(`${String(wrong)} ${(wrong as Error).stack}`).not.toContain('canary');
});

test.each([
  [450, 'unavailable', true],
  [550, 'invalid', false],
])('an address that is refused with %d is %s', async (responseCode, code, canRetry) => {
  const { port } = await serve({
    onRcptTo: (_, __, done) => done(Object.assign(new Error('no a@example.org here'), { responseCode })),
  });
  expect(await failureOf(send(`smtp://127.0.0.1:${port}`))).toMatchObject({
    code,
    canRetry,
    message: expect.not.stringContaining('example.org'),
  });
});

test('a server that is away is weather; without one, or without a channel, the error names the setting', async () => {
  expect(await failureOf(send('smtp://127.0.0.1:1'))).toMatchObject({ code: 'unavailable', canRetry: true });
  expect(await failureOf(send(undefined))).toMatchObject({
    code: 'invalid',
    message: expect.stringContaining('TW_SMTP_URL'),
  });
  const none = createSmtp({ emails: {}, smtpUrl: 'smtp://127.0.0.1:1', from: 'tw@example.org' });
  expect(await failureOf(none('ops', { subject: '', text: '' }, signal))).toMatchObject({
    message: expect.stringContaining('TW_NOTIFY_EMAILS, which has none'),
  });
});
