import { Command } from 'commander';
import { loadSettings } from '../../config/environment.ts';
import { serverNames } from '../../config/server-addresses.ts';
import { setUpServers } from '../server-setup.ts';

/** `tw init`: makes what runs need on whatever the settings point at. Safe to repeat. */
export function initCommand(): Command {
  return new Command('init')
    .description('make what runs need: search attributes and retention, bucket, topics; safe to repeat')
    .action(async () => {
      await setUpServers(loadSettings(serverNames), (line) => console.log(line));
    });
}
