/** Whether an error is a system error of this code, for example `EEXIST`. Its class may be of another realm (Jest's). */
export function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
