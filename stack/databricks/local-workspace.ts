import type { AccessTokens } from './access-tokens.ts';
import type { Clusters } from './clusters.ts';
import type { Dbfs } from './dbfs.ts';
import type { Faults } from './faults.ts';
import type { RunBook } from './run-book.ts';
import type { RunKeeper } from './run-keeper.ts';
import type { ViewContext } from './run-view.ts';
import type { Secrets } from './secrets.ts';
import type { Workspace } from './workspace.ts';

/** All that the routes work on. */
export interface LocalWorkspace {
  readonly book: RunBook;
  readonly keeper: RunKeeper;
  readonly workspace: Workspace;
  readonly dbfs: Dbfs;
  readonly secrets: Secrets;
  readonly clusters: Clusters;
  readonly tokens: AccessTokens;
  readonly faults: Faults;
  readonly userName: string;
  readonly now: () => number;
}

/** What views of runs need, for answers to a client that reached this server under `host`. */
export function viewContext({ clusters, tokens, now }: LocalWorkspace, host: string): ViewContext {
  return {
    isRunning: clusters.isRunning,
    pageUrl: (jobId, runId) => `http://${host}/jobs/${jobId}/runs/${runId}?k=${tokens.pageKey(runId)}`,
    now: now(),
  };
}
