/** Where notifications go, by channel. All of it is secret. */
export interface NotifySettings {
  /** URLs. */
  readonly webhooks: Readonly<Record<string, string>>;
  /** Addresses. */
  readonly emails: Readonly<Record<string, readonly string[]>>;
  /** The mail server, with its password: `smtps://user:password@host:port`. */
  readonly smtpUrl: string | undefined;
  /** Whom mails are from. */
  readonly from: string | undefined;
}
