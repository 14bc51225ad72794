const trusted = Symbol('markup');

/** HTML that may go into a page as it is. Made by {@link markup} and {@link trustedMarkup} alone. */
export interface Markup {
  readonly [trusted]: string;
}

/** What a {@link markup} template takes: text is escaped, markup is kept, `null` is nothing. */
export type MarkupValue = Markup | readonly Markup[] | string | number | null;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters that HTML forbids or that end a line where none is meant. Tab and line feed stay. */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Text as HTML shows it, safe in content and in quoted attributes. */
export function escapeMarkup(text: string): string {
  return text.replaceAll(controls, '\u{fffd}').replaceAll(/[&<>"']/g, (letter) => entities[letter] ?? letter);
}

/** A template of HTML whose values are escaped unless they are markup themselves, so that nothing can be forgotten. */
export function markup(parts: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  const rest = values.map((value, index) => written(value) + (parts[index + 1] ?? ''));
  return trustedMarkup((parts[0] ?? '') + rest.join(''));
}

/** Takes text for markup without looking: for what this project made itself, never for data. */
export function trustedMarkup(html: string): Markup {
  return { [trusted]: html };
}

/** The HTML text of markup. */
export function markupText(value: Markup): string {
  return value[trusted];
}

function written(value: MarkupValue): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escapeMarkup(value);
  if (isMarkup(value)) return markupText(value);
  return value.map(markupText).join('');
}

function isMarkup(value: Markup | readonly Markup[]): value is Markup {
  return trusted in value;
}
