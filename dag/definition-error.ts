/** A DAG that cannot be: the message names DAG and task, says what is wrong and what to do. Thrown when the definition is asked for: by the build first of all. */
export class DagDefinitionError extends Error {
  constructor(dagId: string, message: string) {
    super(`DAG ${dagId}: ${message}`);
    this.name = 'DagDefinitionError';
  }
}
