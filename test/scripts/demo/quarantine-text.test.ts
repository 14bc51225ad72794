import { createLandingZone } from '../../../activities/s3/landing-zone.ts';
import { createS3ObjectStore } from '../../../activities/s3/s3-object-store.ts';
import { quarantineText } from '../../../scripts/demo/quarantine-text.ts';
import { testSettings, uniqueName } from '../../support/stack.ts';

test('what a run put into quarantine is told by reason, once a record, and not what others did', async () => {
  const store = createS3ObjectStore({ ...testSettings().s3, bucket: uniqueName('reasons') });
  await store.ensureBucket();
  const zone = createLandingZone(store, { gzip: false });
  const bad = (offset: number, detail = 'not one JSON document') => {
    const value = Buffer.from('canary');
    return { topic: 'u.pin', partition: 0, offset, timestamp: null, reason: 'not_json', detail, key: null, value };
  };
  await zone.quarantine([bad(1), bad(2)], { stage: 'landing', runId: 'run-1' });
  await zone.quarantine([bad(1), bad(2), bad(3, 'another')], { stage: 'landing', runId: 'run-1' });
  await zone.quarantine([bad(4)], { stage: 'landing', runId: 'run-2' });
  const lines = await quarantineText(store, 'run-1');
  store.close();
  expect(lines.map((line) => line.trim())).toEqual([
    '1 × u.pin  not_json: another',
    '2 × u.pin  not_json: not one JSON document',
  ]);
});
