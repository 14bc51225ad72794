import type { QuarantinedRecord } from './port.ts';

/** One line of a quarantine object: the record as it came, where it was, and why it is not data. */
interface QuarantineLine {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Epoch milliseconds, UTC; `null` where the source has none. */
  readonly timestamp: number | null;
  readonly reason: string;
  readonly detail: string;
  readonly stage: string;
  readonly run: string;
  /** Raw bytes, base64; `null` when the record had none. */
  readonly key: string | null;
  readonly value: string | null;
}

/** Bad records as JSON lines, in the order given. The same records, stage and run give the same bytes. */
export function quarantineLines(
  records: readonly QuarantinedRecord[],
  place: { readonly stage: string; readonly runId: string },
): Buffer {
  const lines = records.map((record): string => {
    const line: QuarantineLine = {
      topic: record.topic,
      partition: record.partition,
      offset: record.offset,
      timestamp: record.timestamp,
      reason: record.reason,
      detail: record.detail,
      stage: place.stage,
      run: place.runId,
      key: record.key?.toString('base64') ?? null,
      value: record.value?.toString('base64') ?? null,
    };
    return `${JSON.stringify(line)}\n`;
  });
  return Buffer.from(lines.join(''), 'utf8');
}
