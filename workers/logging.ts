import type { Logger, LogLevel, LogMetadata } from '@temporalio/worker';
import { pino, stdTimeFunctions, type Logger as Pino } from 'pino';
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

/**
 * The process's logger: one JSON line an event, or a line for people, on stdout. DAG, run, task, map index and try are
 * fields of their own on each line of a workflow or activity.
 */
export function createLog({ level, format }: Settings['log']): Pino {
  const options = { level, base: null, timestamp: stdTimeFunctions.isoTime };
  return format === 'pretty' ? pino(options, pretty()) : pino(options);
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
