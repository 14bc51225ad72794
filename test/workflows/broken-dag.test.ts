import { DagDefinitionError } from '../../dag/definition-error.ts';
import { checkDefinitions } from '../../workers/bundle.ts';
import * as brokenDags from './fixtures/broken-dag.ts';
import { fixtureActivities } from './fixtures/fixture-activities.ts';
import { endOf, skippingTime, type Stage } from './harness.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await skippingTime('test/workflows/fixtures/broken-dag', fixtureActivities());
});

afterAll(() => stage.end());

// Its run once hung: an error that is not Temporal's own fails the workflow task, which is then tried for ever.
test('a DAG that is not defined rightly fails its runs with the sentence', async () => {
  const { type, message } = await endOf(await stage.harness.start('broken'));
  expect(type).toBe('DagDefinitionError');
  expect(message).toContain('two tasks same');
});

test('a build refuses it', () => {
  expect(() => checkDefinitions(brokenDags)).toThrow(DagDefinitionError);
});
