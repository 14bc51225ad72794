/**
 * Tell people what happens to tasks and runs.
 *
 * @module
 */
export type { Callbacks, RunCallbackOptions, TaskCallbackOptions } from '../dag/callbacks.ts';
export type { DeadlineOptions } from '../dag/deadline.ts';
export type { Callback, CallbackEvent, DeadlineEvent, RunEvent, TaskEvent, TaskEventName } from '../dag/definition.ts';
export {
  notifyEmail,
  notifySlack,
  notifyWebhook,
  type MailNotice,
  type Notice,
} from '../workflows/operators/notify.ts';
