/** Something about the DAGs' sources that the compiler cannot know: its message is for their author, and stands alone. */
export class SourceError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SourceError';
  }
}
