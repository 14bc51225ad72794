import { seedSource } from '../../activities/mysql/source-seeder.ts';
import type { Settings } from '../../config/settings.ts';
import { applySubscriptions } from '../assets/apply-subscriptions.ts';
import { assetsOf } from '../dag-control.ts';
import { setUpServers } from '../server-setup.ts';
import { registeredDags } from '../dag-registry.ts';
import { changeLine, failIfSomeFailed } from '../schedules/change-line.ts';
import { openRuns } from '../runs/open-runs.ts';
import { schedulesInStep } from '../schedules/in-step.ts';
import { uploadPosts } from './post-files.ts';
import type { Printer } from './printer.ts';

/**
 * Makes the servers ready for a run: posts in the database, what `tw init` makes, the Schedules, and which DAGs assets start. Idempotent. Returns
 * the run's param `rows` when posts of one's own are asked for.
 */
export async function prepare(
  settings: Settings,
  { rows }: { readonly rows?: string },
  printer: Printer,
): Promise<string | undefined> {
  await Promise.all([
    seedSource(settings.mysql, { force: false, signal: new AbortController().signal }).then((outcome) => {
      printer.line(
        `source database ${settings.mysql.database}: ${outcome === 'seeded' ? 'filled with 11,154 posts' : 'filled already'}`,
      );
    }),
    setUpServers(settings, printer.line),
  ]);
  await using open = await openRuns(settings);
  const definitions = registeredDags().map(({ definition }) => definition);
  const changes = await schedulesInStep(open, definitions, { apply: true, prune: false });
  for (const change of changes) printer.line(`Schedule ${changeLine(change, true)}`);
  failIfSomeFailed(changes);
  for (const line of await applySubscriptions(assetsOf(open.client, settings.taskQueue), definitions))
    printer.line(line);
  if (rows === undefined) return undefined;
  const prefix = await uploadPosts(settings.s3, rows);
  printer.line(`posts of ${rows} uploaded to s3://${settings.s3.bucket}/${prefix}/`);
  return prefix;
}
