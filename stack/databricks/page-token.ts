import { z } from 'zod';
import { invalidParameter } from './api-error.ts';

/** The field of a request. Airflow's hook asks for the first page with an empty one. */
export const pageTokenField = z
  .string()
  .transform((token) => (token === '' ? undefined : token))
  .optional();

/** A page token that says where the next page begins. Opaque to clients, and of one kind of list alone. */
export function pageToken(kind: string, position: number): string {
  return Buffer.from(`${kind} ${position}`).toString('base64url');
}

/** Where a page token says that its page begins. Throws the API's 400 for one that is of no or another list. */
export function positionOf(kind: string, token: string): number {
  const [, found, position] = /^(\w+) (\d+)$/.exec(Buffer.from(token, 'base64url').toString('utf8')) ?? [];
  if (found !== kind || position === undefined) throw invalidParameter('Invalid page token.');
  return Number(position);
}
