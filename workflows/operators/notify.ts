import type { IoActivities, NotifiedEvent, NotifyInput } from '../../activities/steps/contract.ts';
import type { CallbackEvent } from '../../dag/definition.ts';
import { activitiesOn } from '../engine/activities-on.ts';
import { taskOfOperator } from '../engine/current-task.ts';
import { diagnose } from '../engine/failures.ts';
import { instantText } from '../engine/search-attributes.ts';

/** Milliseconds for which a notification is tried. Within the time that a callback has, so that the reason is told. */
const longestDelivery = 4 * 60_000;

const io = activitiesOn<IoActivities>('io', { giveUpAfter: longestDelivery });

/** A notification: what happened, as a callback was told it, or a text of one's own. */
export type Notice = {
  /** Where it goes: a name to which the worker's settings give an address. */
  readonly channel: string;
} & (
  { readonly event: CallbackEvent; readonly text?: string } | { readonly event?: CallbackEvent; readonly text: string }
);

/** A mail: the subject is the text's first line without one. */
export type MailNotice = Notice & { readonly subject?: string };

/**
 * Posts `{ text, event, url }` as JSON to a channel's webhook. Gives whether it arrived. One that cannot be delivered within 4 minutes is given
 * up and logged; it fails nothing.
 *
 * @example task('load', { onFailureCallback: (event) => notifyWebhook({ channel: 'ops', event }), run: () => io.load({}) });
 */
export async function notifyWebhook(notice: Notice): Promise<boolean> {
  return deliver('notifyWebhook', () => io.notifyWebhook(inputOf(notice)));
}

/** Posts to a channel's Slack-compatible incoming webhook; a text of one's own may have Slack's markup. Else as {@link notifyWebhook}. */
export async function notifySlack(notice: Notice): Promise<boolean> {
  return deliver('notifySlack', () => io.notifySlack(inputOf(notice)));
}

/** Sends a mail to a channel's addresses. Else as {@link notifyWebhook}. */
export async function notifyEmail(notice: MailNotice): Promise<boolean> {
  return deliver('notifyEmail', () => io.notifyEmail({ ...inputOf(notice), subject: notice.subject ?? null }));
}

async function deliver(operator: string, send: () => Promise<void>): Promise<boolean> {
  const { onTrouble, host } = taskOfOperator(operator);
  try {
    await send();
    return true;
  } catch (thrown) {
    if (onTrouble !== undefined) onTrouble(thrown);
    else host.warn('a notification was not delivered', { operator, ...diagnose(thrown).error });
    return false;
  }
}

function inputOf({ channel, event, text }: Notice): NotifyInput {
  return { channel, text: text ?? null, event: event === undefined ? null : notified(event) };
}

/** Without the run's params, which may be anything. */
function notified(told: CallbackEvent): NotifiedEvent {
  const { event, dagId, runId, logicalDate, state, error } = told;
  const [task, tryNumber] =
    'taskId' in told
      ? [{ taskId: told.taskId, mapIndex: told.mapIndex, label: told.label }, told.tryNumber]
      : [null, null];
  return { event, dagId, runId, logicalDate: instantText(logicalDate), task, tryNumber, state, error };
}
