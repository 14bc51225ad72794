import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRecorded, keepHistory } from './record.ts';

test('a recording is never overwritten: a new one would hide that an unchanged definition does something else', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tradewind-record-'));
  const place = { dagId: 'some', hash: '0123456789abcdef', name: 'success' };
  const run = (workflowId: string) => ({ workflowId, fetchHistory: () => Promise.resolve({ events: [] }) });
  expect(isRecorded(place, folder)).toBe(false);
  await keepHistory(run('first'), place, folder);
  expect(isRecorded(place, folder)).toBe(true);
  await expect(keepHistory(run('second'), place, folder)).rejects.toThrow(
    /success\.json is there: its definition must/,
  );
  const kept = JSON.parse(readFileSync(join(folder, 'some', place.hash, 'success.json'), 'utf8')) as object;
  expect(kept).toMatchObject({ workflowId: 'first' });
  rmSync(folder, { recursive: true, force: true });
});
