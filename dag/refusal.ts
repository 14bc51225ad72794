/** A wish that cannot be met. Nothing has been done; the message says what was asked of what, why not, and what to do. */
export interface Refusal<Reason extends string = string> {
  readonly refused: Reason;
  readonly message: string;
}

/** Whether an answer is a refusal. */
export function isRefusal(answer: object): answer is Refusal {
  return 'refused' in answer;
}
