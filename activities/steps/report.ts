import { answerKeys, parseAnswers, type Answers } from '../../pipeline/report/answers.ts';
import type { ReportModel, TableFigures } from '../../pipeline/report/model.ts';
import { keyPart } from '../../pipeline/run-keys.ts';
import { tableNames, type TableName } from '../../pipeline/tables.ts';
import { AdapterError } from '../shared/adapter-error.ts';
import type { ObjectStore } from '../shared/object-store.ts';
import type { StepContext } from '../shared/step-context.ts';
import type { AnswerName, LandResult, ReportInput, ReportResult } from './contract.ts';

/** What the report step works with. */
export interface ReportDeps {
  readonly store: ObjectStore;
  /** The time that the page says it was made. */
  readonly now: () => Date;
}

/** Object storage key of a run's report. */
export function reportKey(run: { readonly dagId: string; readonly runId: string }): string {
  return `reports/${keyPart(run.dagId)}/${keyPart(run.runId)}.html`;
}

/**
 * Makes the step that writes a run's report as one HTML page. A page is made also without answers; it then says why.
 * Done again it overwrites the page, so a re-run shows its own figures. Throws `corrupt` when the answers document is not
 * what the questions give, `not_found` when it is gone.
 */
export function createReport(deps: ReportDeps): (input: ReportInput, context: StepContext) => Promise<ReportResult> {
  return async (input, context) => {
    const { place, signal, log } = context;
    const answers = await answersOf(input, deps.store, signal);
    // The chart library takes a third of a second to load: a worker that makes no report never pays for it.
    const { renderReport } = await import('../../pipeline/report/page.ts');
    const page = renderReport({
      dagId: place.dagId,
      runId: place.runId,
      logicalDate: input.logicalDate,
      dataInterval: input.dataInterval,
      madeAt: deps.now().toISOString(),
      posts: input.emulated === null ? null : input.emulated.draw.to - input.emulated.draw.from,
      tables: tableNames.map((table) => figuresOf(table, input)),
      answers,
    });
    const body = Buffer.from(page, 'utf8');
    const key = reportKey(place);
    await deps.store.replace(key, body, { contentType: 'text/html; charset=utf-8', signal });
    log.info('wrote the report', { key, bytes: body.length, answers: 'rows' in answers });
    return { key };
  };
}

async function answersOf(input: ReportInput, store: ObjectStore, signal: AbortSignal): Promise<ReportModel['answers']> {
  if (input.answers === null) return { failure: input.failure ?? 'The answers task did not run.' };
  const { key } = input.answers;
  const object = await store.get(key, signal);
  if (object === undefined) {
    throw new AdapterError(`the answers ${key} are gone; run the answers task again`, {
      system: 's3',
      code: 'not_found',
    });
  }
  const parsed = parseAnswers(object.body.toString('utf8'));
  if ('problems' in parsed) {
    throw corrupt(key, parsed.problems);
  }
  const { rows: counts } = input.answers;
  const wrong = answerKeys.filter((name) => parsed.answers[name].length !== counts[name]);
  if (wrong.length > 0)
    throw corrupt(
      key,
      wrong.map((name) => countProblem(name, parsed.answers, counts[name])),
    );
  return { rows: parsed.answers, key };
}

function countProblem(name: AnswerName, answers: Answers, expected: number): string {
  return `${name}: has ${answers[name].length} rows where the answers task counted ${expected}`;
}

function corrupt(key: string, problems: readonly string[]): AdapterError {
  return new AdapterError(
    `the answers ${key} are not what the report expects (${problems.join('; ')}); run the answers task again`,
    { system: 's3', code: 'corrupt' },
  );
}

function figuresOf(table: TableName, input: ReportInput): TableFigures {
  const landed = input.landed?.find((result) => result.table === table);
  const cleaned = input.cleaned?.find((result) => result.table === table);
  return { table, landed: landed === undefined ? null : landedFigures(landed), cleaned: cleaned ?? null };
}

function landedFigures({ partitions }: LandResult): TableFigures['landed'] {
  const sum = (of: (partition: LandResult['partitions'][number]) => number): number =>
    partitions.reduce((total, partition) => total + of(partition), 0);
  return {
    objects: sum(({ objects }) => objects),
    records: sum(({ records }) => records),
    quarantined: sum(({ quarantined }) => quarantined),
    bytes: sum(({ bytes }) => bytes),
  };
}
