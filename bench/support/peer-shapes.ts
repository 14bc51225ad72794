/** What the orchestrators are given to do: tasks that do nothing, so that what is measured is the orchestrator. */
export interface PeerShape {
  readonly name: string;
  /** Tasks of a run. */
  readonly tasks: number;
  /** All at once, or each after the one before. */
  readonly parallel: boolean;
  /** Runs that are triggered at once. */
  readonly runs: number;
}

/** Every shape, by the name that `--shapes` takes. */
export const peerShapes: readonly PeerShape[] = [
  { name: 'one', tasks: 1, parallel: false, runs: 1 },
  { name: 'chain', tasks: 40, parallel: false, runs: 1 },
  { name: 'parallel', tasks: 100, parallel: true, runs: 1 },
  { name: 'runs', tasks: 5, parallel: false, runs: 20 },
];

/** Who does it: a plain workflow, a DAG, and either of them in another way. */
export const peerKinds = ['plain', 'plain on one queue', 'dag', 'dag with executionTimeout'] as const;

/** A kind's name. */
export type PeerKind = (typeof peerKinds)[number];

/** Type of the workflow that does a shape, and its input. */
export function peerWorkflow(
  kind: PeerKind,
  { tasks, parallel }: PeerShape,
): { readonly type: string; readonly args: readonly unknown[] } {
  if (kind.startsWith('plain')) return { type: 'plain', args: [{ tasks, parallel, ownQueue: kind === 'plain' }] };
  const limited = kind === 'dag' ? '' : 'Limited';
  return { type: `${parallel ? 'parallel' : 'chain'}${tasks}${limited}`, args: [] };
}
