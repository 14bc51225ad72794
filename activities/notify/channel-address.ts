import { AdapterError } from '../shared/adapter-error.ts';

/** What the settings have for a channel; throws `invalid` when that is nothing. `setting` is the variable's name. */
export function channelAddress<Address>(
  channels: Readonly<Record<string, Address>>,
  channel: string,
  setting: string,
  system: string,
): Address {
  const address = Object.hasOwn(channels, channel) ? channels[channel] : undefined;
  if (address !== undefined) return address;
  const known = Object.keys(channels);
  throw new AdapterError(
    `there is no channel '${channel}' in ${setting}, which has ${known.length === 0 ? 'none' : known.join(', ')}: add it to the worker's settings`,
    { system, code: 'invalid' },
  );
}
