/**
 * What a user can mend about the local stack: the message says what happened, to what, and what to do. Holds no secret.
 */
export class StackError extends Error {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.name = 'StackError';
  }
}
