/** What stands in `poster_name` and `follower_count` where the scraper failed. */
export const userInfoError = 'User Info Error';

/** The shapes that occur, none too large for an INTEGER: found by one pattern, and read without decimals. */
const usualShape = String.raw`\d{1,6}[kK]|\d{1,9}|\d{1,3}[mM]`;
const whole = String.raw`\d{1,10}`;
const shortened = String.raw`\d{1,10}(\.\d{1,6})?[kKmM]`;

/**
 * SQL of a follower count's text as a number: plain digits, thousands (`k`), millions (`M`), either letter in both cases, with
 * decimals before it. Null for everything else, as the course's cast gives, and for what an INTEGER cannot hold.
 */
export function followerCountSql(text: string): string {
  // A decimal of 18 digits is quicker, but the product has to fit it, too, and where it does not DuckDB throws.
  const scale = `CASE WHEN right(${text}, 1) IN ('k', 'K') THEN 1000 ELSE 1000000 END`;
  return `CASE
    WHEN regexp_full_match(${text}, '\\d{1,6}[kK]') THEN TRY_CAST(left(${text}, -1) AS INTEGER) * 1000
    WHEN regexp_full_match(${text}, '${whole}') THEN TRY_CAST(${text} AS INTEGER)
    WHEN regexp_full_match(${text}, '${shortened}')
      THEN TRY_CAST(round(CAST(left(${text}, -1) AS DECIMAL(24, 6)) * ${scale}) AS INTEGER)
    END`;
}

/** SQL of whether a follower count says something, but not in a known shape. */
export function oddFollowerCountSql(text: string): string {
  return `CASE WHEN ${text} IS NULL OR regexp_full_match(${text}, '${usualShape}') THEN false
    ELSE ${text} NOT IN ('', '${userInfoError}') AND ${followerCountSql(text)} IS NULL END`;
}
