import type { NotifySettings } from './notify-settings.ts';
import type { NotifyPort } from './port.ts';
import { createSmtp } from './smtp.ts';
import { createWebhook } from './webhook.ts';

/** Reaches people through webhooks and mail. Connects to nothing until something is sent, and keeps no connection. */
export function createNotifier(settings: NotifySettings): NotifyPort {
  return { postJson: createWebhook(settings), sendMail: createSmtp(settings) };
}
