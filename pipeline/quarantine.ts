/**
 * Why the landing keeps a record out of `topics/`, with the rule's own words. Bad records are data: they go to
 * quarantine as raw bytes, never away and never into a table.
 *
 * What is *not* bad here, since it is JSON and no reader of lines fails over it: `__proto__` as a name (it stays text),
 * a name that occurs twice, `1e999`, an escaped NUL, numbers beyond 2^53, unknown fields, wrong types. Cleaning decides
 * about those, field by field.
 */
export const quarantineReasons = {
  null_value: 'the record has no value (a tombstone)',
  too_large: 'the record is longer than the landing takes',
  not_utf8: 'the bytes are not UTF-8',
  not_json: 'the text is not one JSON document',
  not_an_object: 'the JSON document is not an object',
  lone_surrogate: 'a string escapes half of a surrogate pair, which no UTF-8 text can hold',
  too_deep: 'the document is nested deeper than readers stand',
} as const;

/** One of the landing's reasons. */
export type QuarantineReason = keyof typeof quarantineReasons;

/** A reason with the words of this record's case; never with its content. */
export interface Objection {
  readonly reason: QuarantineReason;
  readonly detail: string;
}

/** A reason's words, and what there is to add of this record, for example its length. */
export function objection(reason: QuarantineReason, addition?: string): Objection {
  const words = quarantineReasons[reason];
  return { reason, detail: addition === undefined ? words : `${words}: ${addition}` };
}
