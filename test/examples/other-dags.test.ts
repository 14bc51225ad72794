import type { IoActivities } from '../../activities/steps/contract.ts';
import type { ExampleActivities } from '../../examples/activities.ts';
import { afterAllRegions, allRegions } from '../../examples/other-dags.ts';
import { onBigMachine } from '../../examples/queues.ts';
import { testDag } from '../../testing/test-dag.ts';

const at = new Date('2026-03-02T00:00:00Z');

test('triggers a run for each region, and fails with one of them', async () => {
  const given: unknown[] = [];
  const { states } = await testDag(allRegions, {
    at,
    dags: {
      oneRegion: ({ conf }) => {
        given.push(conf);
        return given.length === 2 ? 'failed' : 'success';
      },
    },
  });
  expect(given).toEqual([{ region: 'north' }, { region: 'south' }]);
  expect(states).toEqual({ load: ['success', 'failed'] });
});

test('waits for the run of its own logical date', async () => {
  const sought: unknown[] = [];
  const { states } = await testDag<ExampleActivities & IoActivities>(afterAllRegions, {
    at,
    activities: {
      io: {
        findDagRuns: ({ dagId, logicalDates }, { attempt }) => {
          sought.push([dagId, logicalDates]);
          return attempt < 3 ? null : { verdict: 'found', runs: [] };
        },
        publish: () => undefined,
      },
    },
  });
  expect(sought).toEqual([1, 2, 3].map(() => ['allRegions', ['2026-03-01T00:00:00Z']]));
  expect(states).toEqual({ loaded: 'success', publish: 'success' });
});

test('a queue is of a task', () => {
  expect(onBigMachine.definition.tasks.map(({ queue }) => queue)).toEqual([undefined, 'gpu']);
});
