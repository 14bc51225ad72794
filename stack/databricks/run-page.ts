import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { z } from 'zod';
import type { JsonObject } from './fields.ts';
import { currentTaskRuns, type Run, type TaskRun } from './run-model.ts';
import { runStates, taskStates, type ViewContext } from './run-view.ts';

/** What a page of a run is made of. */
export interface RunPageOptions {
  /** The cells, as the engine logged them. */
  readonly logFile: string;
  readonly context: ViewContext;
}

/** Bytes of a log that a page shows. */
const maxLogBytes = 4_000_000;

/** The page of one task's run: what it was asked, how it went, its cells and what they said. Everything is escaped. */
export function runPage(run: Run, taskRun: TaskRun, { logFile, context }: RunPageOptions): string {
  const task = run.tasks.find(({ task_key: key }) => key === taskRun.taskKey);
  const rows: readonly (readonly [string, string])[] = [
    ['Run', `${run.runId}, task ${taskRun.taskKey} (${taskRun.runId}), attempt ${taskRun.attempt + 1}`],
    ['Notebook', task?.notebook_task?.notebook_path ?? ''],
    ['Cluster', taskRun.clusterId ?? ''],
    ['Parameters', JSON.stringify(taskRun.parameters ?? task?.notebook_task?.base_parameters ?? {})],
    ...timeRows(taskRun.createdAt, taskRun.begunAt, taskRun.endedAt),
    ...(taskRun.end?.exit === undefined ? [] : [['Exit', taskRun.end.exit] as const]),
  ];
  const { end } = taskRun;
  const trouble =
    end?.error === undefined ? '' : `<pre class="error">${escaped(end.error)}\n\n${escaped(end.trace ?? '')}</pre>`;
  const log = cellsOf(logFile)
    .map(
      ({ cell, kind, text }) =>
        `<section class="${kind}"><b>${cell}${kind === 'begin' ? '' : ` ${kind}`}</b><pre>${text}</pre></section>`,
    )
    .join('\n');
  return page(run.name, statesOf(taskStates(run, taskRun, context)), table(rows) + trouble + log, isOpen(taskRun));
}

/** The page of a whole run: its tasks, each with a link to its own page. */
export function overviewPage(run: Run, context: ViewContext): string {
  const tasks = currentTaskRuns(run).map((taskRun) => {
    const link = escaped(context.pageUrl(run.jobId, taskRun.runId));
    const { state, message } = statesOf(taskStates(run, taskRun, context));
    return `<tr><td><a href="${link}">${escaped(taskRun.taskKey)}</a></td><td>${escaped(state)}</td><td>${escaped(message)}</td></tr>`;
  });
  const rows = table([['Run', String(run.runId)], ...timeRows(run.createdAt, undefined, run.endedAt)]);
  const body = `${rows}<h2>Tasks</h2><table>${tasks.join('\n')}</table>`;
  return page(run.name, statesOf(runStates(run, context)), body, run.endedAt === undefined);
}

function isOpen({ end }: TaskRun): boolean {
  return end === undefined;
}

function timeRows(
  created: number,
  begun: number | undefined,
  ended: number | undefined,
): (readonly [string, string])[] {
  const text = (at: number | undefined): string => (at === undefined ? '' : new Date(at).toISOString());
  return [
    ['Created', text(created)],
    ['Begun', text(begun)],
    ['Ended', text(ended)],
  ];
}

interface Shown {
  readonly state: string;
  readonly message: string;
}

const stateSchema = z.object({
  state: z.object({
    life_cycle_state: z.string(),
    result_state: z.string().optional(),
    state_message: z.string(),
  }),
});

function statesOf(states: JsonObject): Shown {
  const { life_cycle_state: life, result_state: result, state_message: message } = stateSchema.parse(states).state;
  return { state: [life, result].filter((one) => one !== undefined).join(' '), message };
}

function table(rows: readonly (readonly [string, string])[]): string {
  const lines = rows
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `<tr><th>${name}</th><td>${escaped(value)}</td></tr>`);
  return `<table>${lines.join('\n')}</table>`;
}

/** A page that nothing in it can make do anything: the server forbids scripts, and a text is a text. */
function page(title: string, { state, message }: Shown, body: string, goesOn: boolean): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}: ${escaped(state)}</title>
${goesOn ? '<meta http-equiv="refresh" content="3">' : ''}
<style>
body { font: 14px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1b1f23 }
h1 { overflow-wrap: anywhere } th { text-align: left; padding-right: 1rem; vertical-align: top; white-space: nowrap } td { overflow-wrap: anywhere }
pre { background: #f4f6f8; padding: .6rem; overflow: auto; white-space: pre-wrap; margin: .2rem 0 1rem }
.error pre, pre.error { background: #fdecea } .begin pre { background: #eef4ff; font-weight: 600 } section b { color: #667; font-weight: 400 } .good { color: #1a7f37 } .bad { color: #b42318 }
</style></head>
<body><h1>${escaped(title)}</h1><p><strong class="${colourOf(state)}">${escaped(state)}</strong> ${escaped(message)}</p>
${body}
</body></html>
`;
}

function colourOf(state: string): string {
  if (/ (SUCCESS|SUCCESS_WITH_FAILURES)$/.test(state)) return 'good';
  return /^(TERMINATED|SKIPPED|INTERNAL_ERROR)/.test(state) ? 'bad' : 'going';
}

interface ShownLine {
  readonly cell: string;
  readonly kind: string;
  readonly text: string;
}

/** The lines that are shown: the end of a cell says nothing. */
const lineSchema = z.object({
  cell: z.number().optional(),
  kind: z.enum(['begin', 'output', 'result', 'error', 'note']),
  text: z.string(),
  notebook: z.string().optional(),
});

/** Lines of a log, escaped; a line that is being written, or is damaged, is left out. */
function cellsOf(logFile: string): readonly ShownLine[] {
  if (!existsSync(logFile)) return [];
  const size = statSync(logFile).size;
  const bytes = Buffer.alloc(Math.min(size, maxLogBytes));
  const file = openSync(logFile, 'r');
  readSync(file, bytes, 0, bytes.length, 0);
  closeSync(file);
  const lines = bytes.toString('utf8').split('\n').flatMap(shownLine);
  const rest =
    size > maxLogBytes
      ? [{ cell: '', kind: 'note', text: `${size - maxLogBytes} more bytes are in ${escaped(logFile)}` }]
      : [];
  return [...lines, ...rest];
}

function shownLine(line: string): readonly ShownLine[] {
  try {
    const { cell, kind, text, notebook = '' } = lineSchema.parse(JSON.parse(line));
    const place = [notebook, cell === undefined ? '' : `cell ${cell + 1}`];
    return [{ cell: escaped(place.filter((one) => one !== '').join(' ')), kind, text: escaped(text) }];
  } catch {
    return [];
  }
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}
