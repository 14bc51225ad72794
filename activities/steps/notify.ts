import type { NotifyPort } from '../notify/port.ts';
import type { StepContext } from '../shared/step-context.ts';
import type { NotifyEmailInput, NotifyInput } from './contract.ts';
import { notificationHead, notificationText } from './notification-text.ts';

/** What notifying needs. */
export interface NotifyDeps {
  readonly notifier: NotifyPort;
  /** A run's page in the Temporal UI, where the settings say where that is. */
  readonly urlOf: (runId: string) => string | undefined;
}

type Step<Input> = (input: Input, context: StepContext) => Promise<void>;

/** The steps that notify people, by way. Each sends a text of the caller's own, or what happened in some lines. */
export function createNotify({ notifier, urlOf }: NotifyDeps): {
  readonly webhook: Step<NotifyInput>;
  readonly slack: Step<NotifyInput>;
  readonly email: Step<NotifyEmailInput>;
} {
  return {
    webhook: ({ channel, text, event }, { place, signal }) => {
      const url = urlOf(place.runId);
      const said = text ?? (event === null ? '' : notificationText(event, url));
      return notifier.postJson(channel, { text: said, event, url: url ?? null }, signal);
    },
    slack: ({ channel, text, event }, { place, signal }) => {
      const said = text ?? (event === null ? '' : escaped(notificationText(event, urlOf(place.runId))));
      return notifier.postJson(channel, { text: said }, signal);
    },
    email: ({ channel, subject, text, event }, { place, signal }) => {
      const said = text ?? (event === null ? '' : notificationText(event, urlOf(place.runId)));
      const head = subject ?? (event === null ? said : notificationHead(event));
      return notifier.sendMail(channel, { subject: firstLine(head), text: said }, signal);
    },
  };
}

/** As Slack wants text that is not to be read as its markup: an error's message must call nobody. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function firstLine(text: string): string {
  return (text.trim().split(/[\r\n]/, 1)[0] ?? '').slice(0, 200);
}
