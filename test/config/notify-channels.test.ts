import fc from 'fast-check';
import { SettingsError } from '../../config/settings-error.ts';
import { parseSettings } from '../../config/settings.ts';

const smtp = { TW_SMTP_URL: 'smtps://u:p@mail.example.org:465', TW_SMTP_FROM: 'tw@example.org' };

function problemsOf(variables: Readonly<Record<string, string>>): readonly string[] {
  try {
    parseSettings(variables);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
}

test('channels have webhooks and addresses', () => {
  const { notify } = parseSettings({
    TW_NOTIFY_WEBHOOKS: ' ops=https://hooks.example.org/a?b=c  constructor=http://127.0.0.1:9/x ',
    TW_NOTIFY_EMAILS: 'ops=a@example.org,b@example.org',
    ...smtp,
  });
  expect(notify).toEqual({
    webhooks: { ops: 'https://hooks.example.org/a?b=c', constructor: 'http://127.0.0.1:9/x' },
    emails: { ops: ['a@example.org', 'b@example.org'] },
    smtpUrl: smtp.TW_SMTP_URL,
    from: smtp.TW_SMTP_FROM,
  });
  expect(parseSettings({}).notify).toMatchObject({ webhooks: {}, emails: {} });
});

test.each([
  [{ TW_NOTIFY_WEBHOOKS: 'https://hooks.example.org/a' }, 'entry 1 is not <channel>=<value>'],
  [{ TW_NOTIFY_WEBHOOKS: 'ops=https://a.example ops=https://b.example' }, 'channel ops is there twice'],
  [{ TW_NOTIFY_WEBHOOKS: 'ops=ftp://a.example' }, 'the value of channel ops is not right'],
  [{ TW_NOTIFY_EMAILS: 'ops=a@example.org,nobody', ...smtp }, 'the value of channel ops is not right'],
  [{ TW_NOTIFY_EMAILS: 'ops=a@example.org' }, 'TW_SMTP_URL, TW_SMTP_FROM: needed for TW_NOTIFY_EMAILS'],
  [{ TW_SMTP_URL: 'https://mail.example.org' }, 'TW_SMTP_URL: use smtps://user:password@host:port'],
  [{ TW_SMTP_FROM: 'tradewind' }, 'TW_SMTP_FROM: use an address like'],
])('%j is refused', (variables, words) => {
  expect(problemsOf(variables as Record<string, string>).join('\n')).toContain(words);
});

test('no complaint repeats an address', () => {
  const keys = ['TW_NOTIFY_WEBHOOKS', 'TW_NOTIFY_EMAILS', 'TW_SMTP_URL', 'TW_SMTP_FROM'];
  fc.assert(
    fc.property(
      fc.constantFrom(...keys),
      fc.constantFrom('', 'ops=', 'ops=https://', '='),
      fc.string(),
      (key, head, noise) => {
        expect(problemsOf({ [key]: `${head}${noise}canary-7f3a9c !` }).join('\n')).not.toContain('canary');
      },
    ),
  );
});
