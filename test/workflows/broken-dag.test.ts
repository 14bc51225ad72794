import { DagDefinitionError } from '../../dag/definition-error.ts';
import { dag } from '../../workflows/engine/dag.ts';
import { checkDefinitions } from '../../workers/bundle.ts';
import { SourceError } from '../../workers/source-error.ts';
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

test('a build refuses one whose export has another name: no worker would know its id', () => {
  const one = dag('dailyRates', { schedule: null }, ({ task }) => task('load', { run: () => 1 }));
  expect(() => checkDefinitions({ dailyRates: one, helper: () => 1, limit: 3 })).not.toThrow();
  expect(() => checkDefinitions({ ratesOfDay: one })).toThrow(
    new SourceError(
      "DAG dailyRates: it is exported as ratesOfDay, which is the name that workers know it by: give the export the DAG's id, or the DAG the export's",
    ),
  );
});
