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
  'runId',
  'workflowRunId',
]);

/** A process's logger, and where else its lines go. */
export interface ProcessLog {
  readonly log: Pino;
  /** From now on each line of a try is given to these, too. */
  readonly keepTries: (logs: TryLogs) => void;
}

/**
 * The process's logger: one JSON line an event, or a line for people, on stdout unless told. DAG (`dag`), run (`runId`), `task`,
 * `mapIndex` and `try` are fields of their own on each line of a workflow or activity.
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
  const { dag, runId, task, mapIndex, try: tryNumber } = fields ?? {};
  if (typeof dag !== 'string' || typeof runId !== 'string' || typeof task !== 'string') return undefined;
  if (typeof mapIndex !== 'number' || typeof tryNumber !== 'number') return undefined;
  return { dagId: dag, runId, taskId: task, mapIndex, tryNumber };
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

/**
 * A line's fields. `runId` is that of the DAG's run, which Temporal calls the workflow's id; Temporal's own `runId`, another one for
 * each execution of the run, is `temporalRunId`. What the line itself gives as `runId`, of a run that it tells of, is `loggedRunId`:
 * it must not send the line to that run's log.
 */
function fieldsOf(meta: LogMetadata = {}): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(meta)) {
    if (typeof key === 'symbol' || noise.has(key) || value === undefined) continue;
    const name = key === 'run' ? 'runId' : key;
    fields[name] = value instanceof Error ? { type: value.name, message: value.message, stack: value.stack } : value;
  }
  const { run, runId, workflowRunId = run === undefined ? runId : undefined } = meta;
  if (workflowRunId !== undefined) fields['temporalRunId'] = workflowRunId;
  if (run !== undefined && runId !== undefined && runId !== fields['temporalRunId']) fields['loggedRunId'] = runId;
  // A line from outside of our own DAG code still says which run it is about.
  if (run === undefined) {
    if (meta['workflowId'] !== undefined) fields['runId'] = meta['workflowId'];
    if (meta['workflowType'] !== undefined) fields['dag'] = meta['workflowType'];
  }
  return fields;
}
