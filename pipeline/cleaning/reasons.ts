/** Why cleaning keeps a landed line out of its table. Landing has reasons of its own, for what is not JSON at all. */
export const cleaningReasons = {
  not_json: 'DuckDB does not read the line as one JSON document',
  not_an_object: 'the JSON document is not an object',
  too_deep: 'the document may be nested deeper than DuckDB stands',
  name_twice: 'a name occurs twice, so readers would differ in which value they take',
  no_key: 'neither index nor ind is there',
  bad_key: 'index or ind is not a whole number of 64 bits',
  two_keys: 'index and ind differ',
  wrong_type: 'the value of a documented field has the wrong JSON type',
  bad_value: 'the value of a documented field cannot be read as its column needs it',
} as const;

/** One of cleaning's reasons. */
export type CleaningReason = keyof typeof cleaningReasons;

/** What the SQL gives for a bad line: a reason, with the field where it is about one (`wrong_type:age`). */
export interface CleaningVerdict {
  readonly reason: CleaningReason;
  /** The reason's words for people, without the record's content. */
  readonly detail: string;
}

/** Reads the SQL's verdict. Throws RangeError on a reason that is none of ours. */
export function parseVerdict(text: string): CleaningVerdict {
  const [reason = '', field] = text.split(':');
  if (!isReason(reason)) throw new RangeError('not one of the reasons of cleaning');
  const words = cleaningReasons[reason];
  return { reason, detail: field === undefined ? words : `${words}: ${field}` };
}

function isReason(text: string): text is CleaningReason {
  return Object.hasOwn(cleaningReasons, text);
}
