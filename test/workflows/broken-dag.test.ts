import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DagDefinitionError } from '../../dag/definition-error.ts';
import { checkDefinitions } from '../../workers/bundle.ts';
import { testServerPath } from '../support/stack.ts';
import * as brokenDags from './fixtures/broken-dag.ts';
import { fixtureActivities } from './fixtures/fixture-activities.ts';
import { bundle, collectLogs, endOf, registerSearchAttributes, startHarness } from './harness.ts';

let env: TestWorkflowEnvironment;

beforeAll(async () => {
  collectLogs();
  env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: testServerPath() } },
  });
  await registerSearchAttributes(env);
});

afterAll(() => env.teardown());

// Its run once hung: an error that is not Temporal's own fails the workflow task, which is then tried for ever.
test('a DAG that is not defined rightly fails its runs with the sentence', async () => {
  const code = await bundle('test/workflows/fixtures/broken-dag');
  const io = fixtureActivities();
  const harness = await startHarness(env, { bundle: code, activities: { io, engine: io } });
  try {
    const { type, message } = await endOf(await harness.start('broken'));
    expect(type).toBe('DagDefinitionError');
    expect(message).toContain('two tasks same');
  } finally {
    await harness.stop();
  }
});

test('a build refuses it', () => {
  expect(() => checkDefinitions(brokenDags)).toThrow(DagDefinitionError);
});
