import type { SqlRow, SqlValue } from './port.ts';

/** What a database process is started with, as the one argument of its command line (JSON; nothing secret). */
export interface ChildOptions {
  readonly folder: string;
  readonly memory: string;
  readonly threads: number;
}

/** A statement for the process. */
export interface ChildRequest {
  readonly id: number;
  readonly sql: string;
  readonly values: readonly SqlValue[];
  readonly wantsRows: boolean;
}

/** The process's answer to the request of that id; `ready` (id 0) comes first and unasked. */
export type ChildReply =
  | { readonly id: number; readonly ok: true; readonly rows: readonly SqlRow[] }
  | { readonly id: number; readonly ok: false; readonly message: string };
