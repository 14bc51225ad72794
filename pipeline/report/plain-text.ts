/** Line breaks, control characters and invisible formatting (direction marks among it), but for the joiner within emoji. */
const unseen = /[\s\p{Cc}]+|(?!\u200d)\p{Cf}+/gu;

/**
 * Data as one line that shows as it is, where nothing may act on its surroundings: in a chart, on a terminal. Longer text
 * ends in an ellipsis; `most` counts code points.
 */
export function plainText(text: string, most = 120): string {
  const letters = Array.from(text.replaceAll(unseen, ' ').trim());
  return letters.length > most ? `${letters.slice(0, most - 1).join('')}…` : letters.join('');
}
