import { z } from 'zod';

const mailAddress = z.email({ error: 'use an address like ops@example.org' });
const mailAddresses = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(mailAddress).min(1));

/** Variables that say where notifications go. */
export const notifyVariables = {
  TW_NOTIFY_WEBHOOKS: byChannel(z.url({ protocol: /^https?$/ }))
    .optional()
    .describe('webhooks by channel, <channel>=<URL>, separated by spaces; Slack-compatible ones, too'),
  TW_NOTIFY_EMAILS: byChannel(mailAddresses)
    .optional()
    .describe('e-mail addresses by channel, <channel>=<address>,<address>, separated by spaces'),
  TW_SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: 'use smtps://user:password@host:port, or smtp://host:port' })
    .optional()
    .describe(
      'mail server, with its password: smtps://user:password@host:port, or smtp:// (with STARTTLS where there is a password)',
    ),
  TW_SMTP_FROM: mailAddress.optional().describe('address that mails come from'),
};

/** Where notifications go. All of it is secret. */
export interface NotifyChannels {
  /** URLs by channel. */
  readonly webhooks: Readonly<Record<string, string>>;
  /** Addresses by channel. */
  readonly emails: Readonly<Record<string, readonly string[]>>;
  /** Where mails go out, with the password. */
  readonly smtpUrl: string | undefined;
  /** Whom mails are from. */
  readonly from: string | undefined;
}

interface NotifyValues {
  readonly TW_NOTIFY_WEBHOOKS?: NotifyChannels['webhooks'] | undefined;
  readonly TW_NOTIFY_EMAILS?: NotifyChannels['emails'] | undefined;
  readonly TW_SMTP_URL?: string | undefined;
  readonly TW_SMTP_FROM?: string | undefined;
}

/** The channels that variables say. */
export function notifyChannels(values: NotifyValues): NotifyChannels {
  return {
    webhooks: values.TW_NOTIFY_WEBHOOKS ?? {},
    emails: values.TW_NOTIFY_EMAILS ?? {},
    smtpUrl: values.TW_SMTP_URL,
    from: values.TW_SMTP_FROM,
  };
}

/** What of them does not go together. */
export function notifyProblems({ TW_NOTIFY_EMAILS, TW_SMTP_URL, TW_SMTP_FROM }: NotifyValues): readonly string[] {
  if (TW_NOTIFY_EMAILS === undefined || (TW_SMTP_URL && TW_SMTP_FROM)) return [];
  return ['TW_SMTP_URL, TW_SMTP_FROM: needed for TW_NOTIFY_EMAILS'];
}

/** `ops=one dev=other`: a value a channel. Problems name the channel, never the value, which may be a secret. */
function byChannel<Value>(value: z.ZodType<Value, string>): z.ZodType<Readonly<Record<string, Value>>, string> {
  return z.string().transform((text, context) => {
    const channels = new Map<string, Value>();
    const entries = text.split(/\s+/).filter((entry) => entry !== '');
    for (const [at, entry] of entries.entries()) {
      const [, channel = '', given = ''] = /^([a-z0-9][a-z0-9_-]{0,62})=(.*)$/.exec(entry) ?? [];
      const read = value.safeParse(given);
      const complain = (message: string): void => context.addIssue({ code: 'custom', message });
      if (channel === '') complain(`entry ${at + 1} is not <channel>=<value>, with a channel of a-z, 0-9, _ and -`);
      else if (channels.has(channel)) complain(`channel ${channel} is there twice`);
      else if (!read.success) complain(`the value of channel ${channel} is not right`);
      else channels.set(channel, read.data);
    }
    return Object.fromEntries(channels);
  });
}
