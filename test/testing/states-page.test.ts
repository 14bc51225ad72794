import { statusOfRun, type RunStatus, type TaskStatus } from '../../workflows/engine/queries.ts';

const at = new Date(0);
const context = {
  dagId: 'some',
  runId: 'run',
  runType: 'manual',
  logicalDate: at,
  dataInterval: { start: at, end: at },
  params: {},
} as const;

function status(mapIndex: number, message: string): TaskStatus {
  const told = { taskId: 'land', mapIndex, label: `land[${mapIndex}]`, tryNumber: 1, start: 0, end: 1 };
  return { ...told, state: 'failed', error: { type: 'Error', message } };
}

describe('pages of a run’s task instances', () => {
  test.each([
    ['short', 100],
    ['as long as they may be', 2_000],
  ])('hold what one message holds where errors are %s', (_, length) => {
    const all = Array.from({ length: 5_000 }, (_one, index) => status(index, '€'.repeat(length)));
    const instances = all.map((one) => ({ status: () => one }));
    const told: RunStatus[] = [];
    for (let from: number | undefined = 0; from !== undefined; from = told.at(-1)?.next)
      told.push(statusOfRun(context, 'running', instances, { from }));
    expect(told.flatMap(({ tasks }) => tasks)).toEqual(all);
    for (const page of told) expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThan(2_000_000);
  });
});
