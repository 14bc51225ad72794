/**
 * Bytes of tickets or claims that a controller or a pool keeps: what it knows has to fit in the message by which it goes on in a new history,
 * of which Temporal takes 2 MB.
 */
export const mostHandedOn = 1_500_000;

/** Bytes of one of them in that message, at most: JSON in UTF-8, where three stand for any sign that is none of ASCII. */
export function handedOnBytes(item: object): number {
  return JSON.stringify(item).replaceAll(/[^\x20-\x7e]/g, '___').length + 1;
}
