import type { Logger, LogLevel, LogMetadata } from '@temporalio/worker';
import { multistream, pino, stdTimeFunctions, type DestinationStream, type Logger as Pino } from 'pino';
import type { TryLogs } from '../activities/shared/try-logs.ts';
import type { TryPlace } from '../pipeline/run-keys.ts';
import { pretty } from './pretty-log.ts';
import type { Settings } from '../config/settings.ts';

/** Fields of the SDK that repeat others or say nothing to an operator. */
const noise: ReadonlySet<string> = new Set([
  'isLocal',
  'taskToken',
  'workflowType',
  'workflowId',
  'namespace',
  'sdkComponent',
  'activityId',
]);

/** A process's logger, and where else its lines go. */
export interface ProcessLog {
  readonly log: Pino;
  /** From now on each line of a try is given to these, too. */
  readonly keepTries: (logs: TryLogs) => void;
}

/**
 * The process's logger: one JSON line an event, or a line for people, on stdout unless told. DAG, run, task, map index and
 * try are fields of their own on each line of a workflow or activity.
 */
export function createLog({ level, format }: Settings['log'], out?: DestinationStream): ProcessLog {
  const stream = out ?? (format === 'pretty' ? pretty() : pino.destination(1));
  const streams = multistream({ level: 'trace', stream });
  return {
    log: pino({ level, base: null, timestamp: stdTimeFunctions.isoTime }, streams),
    keepTries: (logs) => streams.add({ level: 'trace', stream: triesStream(logs) }),
  };
}

/** Sorts out the lines of tries. pino tells a stream that asks for it the fields of the line that it writes. */
function triesStream(logs: TryLogs): DestinationStream {
  const stream = {
    [Symbol.for('pino.metadata')]: true,
    lastObj: undefined as Fields | null | undefined,
    write(line: string): void {
      const place = placeOf(stream.lastObj);
      if (place !== undefined) logs.add(place, line.trimEnd());
    },
  };
  return stream;
}

type Fields = Readonly<Record<string, unknown>>;

function placeOf(fields: Fields | null | undefined): TryPlace | undefined {
  const { dag, run, task, mapIndex, try: tryNumber } = fields ?? {};
  if (typeof dag !== 'string' || typeof run !== 'string' || typeof task !== 'string') return undefined;
  if (typeof mapIndex !== 'number' || typeof tryNumber !== 'number') return undefined;
  return { dagId: dag, runId: run, taskId: task, mapIndex, tryNumber };
}

/** The same log for Temporal's SDK, its fields flat. */
export function temporalLogger(log: Pino): Logger {
  const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
  const write = (level: LogLevel, message: string, meta?: LogMetadata): void =>
    log[levels[level]](fieldsOf(meta), message);
  return {
    log: write,
    trace: (message, meta) => write('TRACE', message, meta),
    debug: (message, meta) => write('DEBUG', message, meta),
    info: (message, meta) => write('INFO', message, meta),
    warn: (message, meta) => write('WARN', message, meta),
    error: (message, meta) => write('ERROR', message, meta),
  };
}

function fieldsOf(meta: LogMetadata | undefined): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(meta ?? {})) {
    if (typeof key === 'symbol' || noise.has(key) || value === undefined) continue;
    fields[key] = value instanceof Error ? { type: value.name, message: value.message, stack: value.stack } : value;
  }
  // A line from outside of our own DAG code still says which run it is about.
  if (meta !== undefined && fields['run'] === undefined) {
    if (meta['workflowId'] !== undefined) fields['run'] = meta['workflowId'];
    if (meta['workflowType'] !== undefined) fields['dag'] = meta['workflowType'];
  }
  return fields;
}
