import type { PartName } from './part-name.ts';

/** What happens to a part right now, for people. */
export interface Progress {
  readonly part: PartName | 'temporal-test-server' | 'spark';
  readonly step: 'wait' | 'found' | 'fetch' | 'start' | 'ready' | 'stop';
  /** A sentence without the part's name. */
  readonly text: string;
  /** Bytes so far, of {@link totalBytes}; both about. */
  readonly bytes?: number;
  readonly totalBytes?: number;
}

/** Takes progress; must not throw. */
export type OnProgress = (progress: Progress) => void;

/** Takes progress of one part and one step. */
export type ReportStep = (text: string, bytes?: number, totalBytes?: number) => void;

/** A number of bytes as people read it: `149 MB`, and `1 MB` for any few. Decimal, as registries and disk vendors count. */
export function megabytes(bytes: number): string {
  return `${Math.max(bytes > 0 ? 1 : 0, Math.round(bytes / 1e6)).toLocaleString('en')} MB`;
}
