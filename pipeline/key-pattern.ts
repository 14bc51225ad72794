/** A pattern of object keys. */
export interface KeyPattern {
  /** What every key that matches begins with, so that only these need to be listed. */
  readonly prefix: string;
  readonly matches: (key: string) => boolean;
}

/**
 * Reads a pattern as Airflow does (Python's fnmatch): `*` is any text, slashes included, `?` any one character, `[a-z]` one of a
 * set and `[!a-z]` one outside of it. Any other character stands for itself. The time to match is bounded, whatever the pattern.
 */
export function keyPattern(pattern: string): KeyPattern {
  const parts: string[] = [''];
  const characters = Array.from(pattern);
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? '';
    if (character === '*') {
      parts.push('');
      continue;
    }
    const end = character === '[' ? endOfSet(characters, at) : -1;
    let one = character === '?' ? '[^]' : escaped(character);
    if (end !== -1) {
      one = setOf(characters.slice(at + 1, end));
      at = end;
    }
    parts[parts.length - 1] += one;
  }
  const expression = new RegExp(`^${joined(parts)}$`, 'u');
  return { prefix: pattern.split(/[*?[]/, 1)[0] ?? '', matches: (key) => expression.test(key) };
}

/**
 * What stands between two stars is found where it comes first, and never looked for again: a look-ahead is not entered twice.
 * Otherwise a pattern of many stars would take as long as there are ways to spread them.
 */
function joined([first = '', ...rest]: readonly string[]): string {
  const last = rest.pop();
  if (last === undefined) return first;
  const middle = rest.filter((part) => part !== '').map((part, at) => `(?=([^]*?${part}))\\${at + 1}`);
  // Not followed by a digit: a group's number goes on otherwise.
  return `${first}${middle.map((part) => `${part}(?:)`).join('')}[^]*${last}`;
}

/** A set may begin with a `]` of its own. One that is never closed is no set. */
function endOfSet(characters: readonly string[], start: number): number {
  const first = characters[start + 1] === '!' ? start + 2 : start + 1;
  return characters.indexOf(']', first + 1);
}

function setOf(characters: readonly string[]): string {
  const isOutside = characters[0] === '!';
  const inside = isOutside ? characters.slice(1) : characters;
  let set = '';
  for (let at = 0; at < inside.length; at++) {
    const from = inside[at] ?? '';
    const to = inside[at + 1] === '-' ? inside[at + 2] : undefined;
    if (to === undefined) set += escaped(from);
    else {
      at += 2;
      // A range that goes backwards has nothing in it.
      if ((from.codePointAt(0) ?? 0) <= (to.codePointAt(0) ?? 0)) set += `${escaped(from)}-${escaped(to)}`;
    }
  }
  return `[${isOutside ? '^' : ''}${set}]`;
}

function escaped(character: string): string {
  return /[\\^$.*+?()[\]{}|/-]/.test(character) ? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}` : character;
}
