import { z } from 'zod';
import { activitiesOn } from '../../workflows/engine/activities-on.ts';
import { dag } from '../../workflows/engine/dag.ts';

/** What `partners` does in Python. Rows stay in object storage: what tasks hand on is their key. */
export interface PartnerActivities {
  listFiles(input: { readonly day: string }): Promise<readonly string[]>;
  readFile(input: { readonly file: string }): Promise<{ readonly partner: string; readonly key: string }>;
  loadRows(input: { readonly key: string }): Promise<number>;
  writeSummary(input: { readonly rows: number; readonly failed: number }): Promise<void>;
}

const partners = activitiesOn<PartnerActivities>('io');

/** A day's files of all partners, each by itself, and how many rows came. */
export const partnerFiles = dag(
  'partnerFiles',
  {
    schedule: null,
    params: z.object({
      day: z.iso.date().default('2026-03-01').describe('whose files'),
      atMost: z.number().int().min(1).default(100).describe('files at most'),
    }),
  },
  ({ task, mapGroup }) => {
    const files = task('listFiles', {
      run: async (_, { params }) => (await partners.listFiles({ day: params.day })).slice(0, params.atMost),
    });
    const each = mapGroup('oneFile', files, { maxActiveTisPerDagrun: 8 }, (file, inner) => {
      const fetch = inner.task('fetch', {
        needs: { file },
        retries: 4,
        retryExponentialBackoff: true,
        run: (given) => partners.readFile({ file: given.file }),
      });
      const load = inner.task('load', {
        needs: { fetch },
        run: (given) => partners.loadRows({ key: given.fetch.key }),
      });
      return { load };
    });
    task('summarize', {
      needs: each.tasks,
      triggerRule: 'all_done',
      run: ({ load: counts }) => {
        const loaded = counts.flatMap((count) => (count.state === 'success' ? [count.value] : []));
        const rows = loaded.reduce((sum, one) => sum + one, 0);
        return partners.writeSummary({ rows, failed: counts.length - loaded.length });
      },
    });
  },
);
