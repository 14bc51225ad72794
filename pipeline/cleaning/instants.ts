/** A date and time as the wild has it, with either separator and perhaps a fraction. The year 0 has no meaning. */
const naive = String.raw`(000[1-9]|00[1-9]\d|0[1-9]\d\d|[1-9]\d{3})-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{1,6})?`;
const zone = String.raw`(Z|[+-]\d\d(:?\d\d)?)`;

/** SQL of a text as an instant (TIMESTAMPTZ): null for null, for an empty text, and for what is no instant. Without a zone: UTC. */
export function instantSql(text: string): string {
  // A plain TIMESTAMP is read without ICU, several times as fast, but takes no notice of a zone.
  return `CASE
    WHEN regexp_full_match(${text}, '${naive}') THEN make_timestamptz(epoch_us(TRY_CAST(${text} AS TIMESTAMP)))
    WHEN regexp_full_match(${text}, '${naive}${zone}') THEN TRY_CAST(${text} AS TIMESTAMPTZ) END`;
}
