// When a build is older than the sources that it was made from. Plain JavaScript, since it runs before there is a build.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the checkout. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const rooms = [
  'dag',
  'pipeline',
  'config',
  'activities',
  'workflows',
  'workers',
  'scripts',
  'stack',
  'gateway',
  'testing',
];
/** Its time is that of the sources that the last good build was made from. */
export const stamp = join(root, 'dist', '.built');

/** When the sources were last changed, ms; one that an editor is replacing just now counts when it is there again. */
export function newestSource() {
  return Math.max(...rooms.map((room) => newest(join(root, room))));
}

/** As {@link newestSource}, of the last good build; 0 without one. */
export function builtFrom() {
  return statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function newest(folder) {
  if (!existsSync(folder)) return 0;
  let latest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) latest = Math.max(latest, newest(path));
    else if (entry.name.endsWith('.ts'))
      latest = Math.max(latest, statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  }
  return latest;
}
