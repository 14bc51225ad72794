import type { Settings } from '../config/settings.ts';

/** Page of a run in the Temporal UI; `undefined` when the settings do not say where the UI is. */
export function runUrl({ uiUrl, namespace }: Settings['temporal'], workflowId: string): string | undefined {
  if (uiUrl === undefined) return undefined;
  return `${uiUrl.replace(/\/$/, '')}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;
}
