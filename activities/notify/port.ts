/** A mail. Its recipients are the channel's. */
export interface Mail {
  /** One line. */
  readonly subject: string;
  /** Plain text. */
  readonly text: string;
}

/**
 * Ways to reach people, each by a channel that the settings map to an address. At least once: a message whose receipt was lost is
 * sent again by the next attempt. Every method throws an AdapterError with system `webhook` or `smtp`, which names the channel, never
 * its address; `invalid` where the settings have no such channel.
 */
export interface NotifyPort {
  /** Posts a document as JSON. */
  postJson(channel: string, document: unknown, signal: AbortSignal): Promise<void>;
  sendMail(channel: string, mail: Mail, signal: AbortSignal): Promise<void>;
}
