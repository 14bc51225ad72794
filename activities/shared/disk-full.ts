import { AdapterError } from './adapter-error.ts';

/** What a person may do about a full disk: all that steps keep on one is in the work folder. */
export const diskFullWords = 'the disk is full: free space where TW_WORK_DIR points';

/** Whether Node's error says that the disk, or the user's share of it, is full. Told by shape: it may be of another realm. */
export function isDiskFull(error: unknown): boolean {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** A full disk as an AdapterError: `unavailable`, tried again, since disks are emptied. */
export function diskFull(system: string, cause: unknown): AdapterError {
  return new AdapterError(diskFullWords, { system, code: 'unavailable', cause });
}
