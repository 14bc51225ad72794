/**
 * Whether an execution goes on by its status in Temporal, as against one that is over in any way. One that somebody paused in the
 * Temporal UI goes on.
 */
export function isOpen({ name }: { readonly name: string }): boolean {
  return name === 'RUNNING' || name === 'PAUSED';
}
