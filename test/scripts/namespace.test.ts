import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { ensureNamespace, requiredSearchAttributes } from '../../scripts/namespace.ts';
import { doctorChecks, runChecks } from '../../scripts/doctor-checks.ts';
import { attributeTypes, namespaceProblems } from '../../workers/namespace-check.ts';
import { testSettings, uniqueName } from '../support/stack.ts';

const { address } = testSettings().temporal;
let connection: Connection;

beforeAll(async () => {
  connection = await Connection.connect({ address });
});

afterAll(() => connection.close());

test('a namespace is made whole once, and found whole after that', async () => {
  const spec = { namespace: uniqueName('namespace'), retentionDays: 1 };
  const required = requiredSearchAttributes.map(({ name }) => name);
  expect(await namespaceProblems(connection, spec.namespace, requiredSearchAttributes)).toEqual([
    `Temporal has no namespace ${spec.namespace}: run tw init`,
  ]);
  expect(await ensureNamespace(connection, spec)).toEqual({
    created: true,
    retention: null,
    searchAttributes: required,
  });
  expect(await ensureNamespace(connection, spec)).toEqual({ created: false, retention: null, searchAttributes: [] });
  expect(await ensureNamespace(connection, { ...spec, retentionDays: 3 })).toMatchObject({
    retention: { from: 1, to: 3 },
  });
  expect(await namespaceProblems(connection, spec.namespace, requiredSearchAttributes)).toEqual([]);
});

test('a search attribute of another type is named by init, doctor and worker: runs that write it would hang for ever', async () => {
  const namespace = uniqueName('types');
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs('1 day'),
  });
  const wrong = /TradewindLogicalDate of the Temporal namespace .* is of type INT and must be KEYWORD: remove it/;
  const add = () =>
    connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries([['TradewindLogicalDate', attributeTypes.INT]]),
    });
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline && !(await add().then(Boolean, () => false)))
    await new Promise((resolve) => setTimeout(resolve, 200));
  await expect(ensureNamespace(connection, { namespace, retentionDays: 1 })).rejects.toMatchObject({
    message: expect.stringMatching(wrong),
    exitCode: 78,
  });
  expect(await namespaceProblems(connection, namespace, requiredSearchAttributes)).toEqual([
    expect.stringMatching(wrong),
    expect.stringContaining('lacks the search attributes TradewindDag'),
  ]);
  const temporal = doctorChecks.filter(({ name }) => name === 'Temporal');
  expect(await runChecks(testSettings({ TEMPORAL_NAMESPACE: namespace }), temporal)).toMatchObject([
    { ok: false, text: expect.stringMatching(wrong) },
  ]);
});
