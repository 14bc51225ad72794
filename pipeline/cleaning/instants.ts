/** The forms of a date and time that the wild has: both separators, a fraction, a zone. The year 0 has no meaning. */
const pattern = String.raw`(000[1-9]|00[1-9]\d|0[1-9]\d\d|[1-9]\d{3})-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)?`;

/** SQL of a text as an instant (TIMESTAMPTZ): null for null, for an empty text, and for what is no instant. Without a zone: UTC. */
export function instantSql(text: string): string {
  // A plain TIMESTAMP is read without ICU, five times as fast, and its zone is taken into account all the same.
  return `CASE WHEN regexp_full_match(${text}, '${pattern}') THEN make_timestamptz(epoch_us(TRY_CAST(${text} AS TIMESTAMP))) END`;
}
