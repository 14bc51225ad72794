import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { createS3Client } from '../../../activities/s3/s3-client.ts';
import { createS3ObjectStore, type S3ObjectStore } from '../../../activities/s3/s3-object-store.ts';
import { testContext } from './step-context.ts';
import type { AnswerResult, ReportInput } from '../../../activities/steps/contract.ts';
import { createReport, reportKey } from '../../../activities/steps/report.ts';
import { sampleAnswers } from '../../pipeline/report/sample-report.ts';
import { testSettings, uniqueName } from '../../support/stack.ts';

const context = testContext({ dagId: 'pinterestDaily', runId: 'a run/of: ours' });
const { place } = context;
const nothing: ReportInput = {
  answers: null,
  failure: null,
  emulated: null,
  landed: null,
  cleaned: null,
  logicalDate: null,
  dataInterval: null,
};
const partition = { topic: 't', from: 0, to: 10, objects: 2, records: 9, quarantined: 1, bytes: 1_500 };

const bucket = uniqueName('report');
let store: S3ObjectStore;
const counts = {
  q4: 43,
  q5: 5,
  q5all: 20,
  q6a: 3,
  q6b: 1,
  q7: 4,
  q8: 4,
  q9: 3,
  q10: 3,
  q11: 12,
};
let clock = new Date('2026-11-21T00:01:00Z');
const report: ReturnType<typeof createReport> = (input, given) =>
  createReport({ store, now: () => clock })(input, given);

beforeAll(async () => {
  store = createS3ObjectStore({ ...testSettings().s3, bucket });
  await store.ensureBucket();
});

afterAll(async () => {
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  await store.remove(keys);
  store.close();
});

async function putAnswers(document: unknown): Promise<AnswerResult> {
  const key = `answers/${uniqueName('run')}.json`;
  await store.replace(key, Buffer.from(JSON.stringify(document)));
  return { key, rows: counts };
}

async function pageAt(key: string): Promise<string> {
  const object = await store.get(key);
  return object?.body.toString('utf8') ?? '';
}

describe('the report step', () => {
  test('writes the page of a whole run under a key that any run id can have', async () => {
    const answers = await putAnswers(sampleAnswers);
    const result = await report(
      {
        ...nothing,
        answers,
        emulated: { draw: { from: 1_000, to: 1_250 }, records: { pin: 250, geo: 250, user: 250 } },
        landed: [
          {
            table: 'pin',
            partitions: [
              { ...partition, partition: 0 },
              { ...partition, partition: 1 },
            ],
          },
        ],
        cleaned: [
          {
            table: 'pin',
            version: 3,
            read: 18,
            clean: 17,
            quarantined: 1,
            rows: 40,
            inserted: 15,
            updated: 2,
            missing: {},
          },
        ],
        logicalDate: '2026-11-20T00:00:00Z',
      },
      context,
    );
    expect(result).toEqual({ key: 'reports/pinterestDaily/a%20run%2Fof:%20ours.html' });
    const page = await pageAt(result.key);
    expect(page).toContain('<dt>posts in this run</dt><dd>250</dd>');
    expect(page).toContain('<dt>records landed</dt><dd>18</dd>');
    expect(page).toContain('<dt>records set aside in quarantine</dt><dd>3</dd>');
    expect(page).toContain('<dt>rows in the clean tables</dt><dd>40</dd>');
    expect(page).toContain('<td class="count">3 kB</td>');
    expect(page).toContain('Ελένη 🌊');
    expect(page).toContain(answers.key);
    expect((await store.head(result.key))?.size).toBe(Buffer.byteLength(page));
  });

  test('is served as a page in UTF-8', async () => {
    const { key } = await report({ ...nothing, failure: 'no answers' }, context);
    const client = createS3Client(testSettings().s3);
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    client.destroy();
    expect(head.ContentType).toBe('text/html; charset=utf-8');
  });

  test('overwrites the page when it is done again', async () => {
    const first = await report({ ...nothing, failure: 'the first failure' }, context);
    clock = new Date('2026-11-22T03:04:05Z');
    const second = await report({ ...nothing, answers: await putAnswers(sampleAnswers) }, context);
    expect(second).toEqual(first);
    const page = await pageAt(second.key);
    expect(page).toContain('2026-11-22 03:04:05 UTC');
    expect(page).not.toContain('the first failure');
  });

  test.each([
    ['the failure', 'clean failed: out of memory', 'clean failed: out of memory'],
    ['that the task did not run', null, 'The answers task did not run.'],
  ])('makes a page without answers that says %s', async (_, failure, text) => {
    await report({ ...nothing, failure }, context);
    expect(await pageAt(reportKey(place))).toContain(`<pre>${text}</pre>`);
  });

  test('fails for good, in words, when the answers are gone', async () => {
    await expect(
      report({ ...nothing, answers: { key: 'answers/none.json', rows: counts } }, context),
    ).rejects.toMatchObject({
      code: 'not_found',
      canRetry: false,
      message: 'the answers answers/none.json are gone; run the answers task again',
    });
  });

  test.each([
    [
      'another shape',
      { ...sampleAnswers, q6b: [{ country: 'secret', follower_count: 'many' }] },
      /q6b\.0\.follower_count/,
    ],
    ['fewer rows than were counted', { ...sampleAnswers, q9: [] }, /q9: has 0 rows where the answers task counted 3/],
  ])('fails for good, without the data, when the answers have %s', async (_, document, message) => {
    const failed = report({ ...nothing, answers: await putAnswers(document) }, context);
    await expect(failed).rejects.toMatchObject({
      code: 'corrupt',
      canRetry: false,
      message: expect.stringMatching(message),
    });
    await expect(failed).rejects.toMatchObject({ message: expect.not.stringContaining('secret') });
  });
});
