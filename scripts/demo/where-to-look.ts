/** What the closing lines of the demo point at. */
export interface Places {
  readonly uiUrl: string;
  readonly namespace: string;
  readonly dagId: string;
  readonly runId: string;
  readonly taskQueue: string;
  readonly bucket: string;
  readonly endpoint: string;
  /** The page as a file of this machine. */
  readonly reportPath: string;
  /** Command line prefix that reaches this stack, empty for the default one. */
  readonly prefix: string;
}

/** Where the run and its data can be looked at; all of it while the servers are up, the report always. */
export function placesText(places: Places, kept: boolean): string[] {
  const { uiUrl, namespace, dagId, runId, bucket, endpoint, reportPath } = places;
  const lines = [`report        file://${reportPath}`];
  if (!kept) {
    return [...lines, `all the rest  run it with --keep: Temporal UI, bucket and Delta tables stay up to look at`];
  }
  return [
    ...lines,
    `this run      ${uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(runId)}`,
    `S3            bucket ${bucket} at ${endpoint} (keys in settings.env of the state folder)`,
    `landed        s3://${bucket}/topics/`,
    `Delta tables  s3://${bucket}/tables/duckdb/{pin,geo,user} and s3://${bucket}/tables/answers/`,
    '',
    'Start a run in the Temporal UI ("Start Workflow"):',
    `  ${uiUrl}/namespaces/${namespace}/workflows/start-workflow`,
    `  Workflow ID    anything, for example ${dagId}-mine`,
    `  Task Queue     ${places.taskQueue}`,
    `  Workflow Type  ${dagId}`,
    '  Input          nothing, or {}, or for example {"posts": 5000}',
    'or press Trigger on the page of its Schedule:',
    `  ${uiUrl}/namespaces/${namespace}/schedules/${encodeURIComponent(dagId)}`,
    '',
    `Next day:  npm run demo -- --keep        Stop:  ${places.prefix}npx tw stack down`,
  ];
}
