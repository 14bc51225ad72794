import axios from 'axios';
import { AdapterError, type AdapterErrorCode } from '../shared/adapter-error.ts';
import { channelAddress } from './channel-address.ts';
import type { NotifySettings } from './notify-settings.ts';
import type { NotifyPort } from './port.ts';

/** Milliseconds for one request. */
const longestRequest = 15_000;

/** Bytes of an answer that are read: nothing in it is used. */
const longestAnswer = 64 * 1024;

/** Posts JSON to the channels' webhooks. An answer of 2xx is success; redirects are not followed, since the address is the secret. */
export function createWebhook({ webhooks }: Pick<NotifySettings, 'webhooks'>): NotifyPort['postJson'] {
  return async (channel, document, signal) => {
    const url = channelAddress(webhooks, channel, 'TW_NOTIFY_WEBHOOKS', 'webhook');
    let status: number;
    try {
      ({ status } = await axios.post(url, document, {
        signal,
        timeout: longestRequest,
        maxRedirects: 0,
        maxContentLength: longestAnswer,
        // The answer's bytes as they are: what claims to be JSON and is none is no failure.
        responseType: 'arraybuffer',
        validateStatus: () => true,
      }));
    } catch (error) {
      signal.throwIfAborted();
      throw failed(channel, error);
    }
    if (status < 200 || status > 299) throw refused(channel, status);
  };
}

function refused(channel: string, status: number): AdapterError {
  const code = codeOf(status);
  const advice = code === 'throttled' || code === 'unavailable' ? '' : ': check its URL in TW_NOTIFY_WEBHOOKS';
  return new AdapterError(`the webhook of channel '${channel}' answered ${status}${advice}`, {
    system: 'webhook',
    code,
  });
}

function codeOf(status: number): AdapterErrorCode {
  if (status === 429) return 'throttled';
  if (status === 408 || status >= 500) return 'unavailable';
  if (status === 401 || status === 403) return 'unauthorized';
  return status === 404 || status === 410 ? 'not_found' : 'invalid';
}

/** Without the library's own message, which may tell the address. */
function failed(channel: string, cause: unknown): AdapterError {
  const name = axios.isAxiosError(cause) ? (cause.code ?? 'no answer') : 'no answer';
  const late = name === 'ECONNABORTED' || name === 'ETIMEDOUT';
  return new AdapterError(
    `the webhook of channel '${channel}' ${late ? 'did not answer in time' : `cannot be reached (${name})`}`,
    { system: 'webhook', code: late ? 'timeout' : 'unavailable', cause },
  );
}
