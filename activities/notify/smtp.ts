import { createTransport } from 'nodemailer';
import { AdapterError, type AdapterErrorCode } from '../shared/adapter-error.ts';
import { channelAddress } from './channel-address.ts';
import type { NotifySettings } from './notify-settings.ts';
import type { NotifyPort } from './port.ts';

/** Milliseconds for a step of the conversation with the mail server. */
const patience = { connectionTimeout: 10_000, greetingTimeout: 10_000, dnsTimeout: 10_000, socketTimeout: 20_000 };

/**
 * Sends mail to the channels' addresses through the settings' SMTP server, a connection a mail: they are rare. With `smtps:` all of
 * it is encrypted; with `smtp:` what STARTTLS encrypts, and a password is never sent without.
 */
export function createSmtp({ emails, smtpUrl, from }: Omit<NotifySettings, 'webhooks'>): NotifyPort['sendMail'] {
  return async (channel, { subject, text }, signal) => {
    const to = channelAddress(emails, channel, 'TW_NOTIFY_EMAILS', 'smtp');
    if (smtpUrl === undefined || from === undefined) {
      throw new AdapterError('no mail server is set: set TW_SMTP_URL and TW_SMTP_FROM', {
        system: 'smtp',
        code: 'invalid',
      });
    }
    const { protocol, username } = new URL(smtpUrl);
    const transport = createTransport({
      url: smtpUrl,
      ...patience,
      requireTLS: protocol === 'smtp:' && username !== '',
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    try {
      // Whoever answers a message of a machine, a machine perhaps, must not be answered in turn.
      const headers = { 'Auto-Submitted': 'auto-generated' };
      await transport.sendMail({ from, to: [...to], subject, text, headers, signal });
    } catch (error) {
      signal.throwIfAborted();
      throw failed(channel, error);
    } finally {
      transport.close();
    }
  };
}

/** Of the library's error: its own name for what happened, and the server's answer. */
interface SmtpTrouble {
  readonly code?: string;
  readonly responseCode?: number;
}

/** Without the library's own message, which may tell addresses and what the server said of them. */
function failed(channel: string, cause: unknown): AdapterError {
  const { code: name = 'no answer', responseCode } = (cause ?? {}) as SmtpTrouble;
  const answer = responseCode === undefined ? name : `${name}, ${responseCode}`;
  const code = codeOf(name, responseCode);
  return new AdapterError(`the mail to channel '${channel}' was not sent (${answer}): ${words[code]}`, {
    system: 'smtp',
    code,
    cause,
  });
}

const words = {
  unauthorized: 'check the user and password in TW_SMTP_URL',
  invalid: 'check its addresses in TW_NOTIFY_EMAILS, and TW_SMTP_FROM',
  timeout: 'the mail server did not answer in time',
  unavailable: 'the mail server cannot be reached, or is not ready; TW_SMTP_URL says where it is',
} as const satisfies Partial<Record<AdapterErrorCode, string>>;

function codeOf(name: string, responseCode: number | undefined): keyof typeof words {
  // 4xx is "not now", whatever it is about; 5xx is "never".
  if (responseCode !== undefined && responseCode < 500) return 'unavailable';
  if (name === 'EAUTH' || name === 'ENOAUTH') return 'unauthorized';
  if (responseCode !== undefined || name === 'EENVELOPE' || name === 'EMESSAGE') return 'invalid';
  return name === 'ETIMEDOUT' ? 'timeout' : 'unavailable';
}
