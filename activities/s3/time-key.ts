/** The last millisecond of the year 9999: what dates are counted down from, so that keys in order are the newest first. */
const endOfTime = 253_402_300_799_999;

/** Epoch milliseconds as a part of a key, by which a listing has the newest first. */
export function countedDown(date: number): string {
  return String(endOfTime - date).padStart(15, '0');
}

/** The other way round of {@link countedDown}. */
export function countedUp(text: string): number {
  return endOfTime - Number(text);
}
