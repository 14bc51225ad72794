// A plugin of TypeDoc: says what it no longer knows a name of as the sources do.
import { MarkdownPageEvent } from 'typedoc-plugin-markdown';

const units = ['millisecond', 'second', 'minute', 'hour', 'day'];

/** The compiler keeps of a Duration only the union that it is; the same with a minus. */
const unionOfDurations = (sign) =>
  [...units, ...units.map((unit) => `${unit}s`)].map((unit) => `\`\` \`${sign}\${number} ${unit}\` \`\``).join(' \\| ');
const duration = '[`Duration`](dags.md#duration)';

/** The property by which a task carries the type of its result is for the compiler alone. */
const typeCarrier = /^\|.*`\[(result|item)\]\?`.*\n/gm;

/** Called by TypeDoc. */
export function load({ renderer }) {
  renderer.on(MarkdownPageEvent.END, (page) => {
    page.contents = page.contents
      .replaceAll(unionOfDurations(''), duration)
      .replaceAll(unionOfDurations('-'), `minus ${duration}`)
      .replaceAll(typeCarrier, '')
      .replaceAll('__namedParameters', 'given');
  });
}
