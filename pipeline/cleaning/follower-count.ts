/** What stands in `poster_name` and `follower_count` where the scraper failed. */
export const userInfoError = 'User Info Error';

const whole = String.raw`\d{1,10}`;
const shortened = String.raw`\d{1,10}(\.\d{1,6})?[kKmM]`;

/**
 * SQL of a follower count's text as a number: plain digits, thousands (`k`), millions (`M`), either letter in both cases, with
 * decimals before it. Null for everything else, as the course's cast gives, and for what an INTEGER cannot hold.
 */
export function followerCountSql(text: string): string {
  const scale = `CASE WHEN right(${text}, 1) IN ('k', 'K') THEN 1000 ELSE 1000000 END`;
  return `CASE
    WHEN regexp_full_match(${text}, '${whole}') THEN TRY_CAST(${text} AS INTEGER)
    WHEN regexp_full_match(${text}, '${shortened}')
      THEN TRY_CAST(round(CAST(left(${text}, -1) AS DECIMAL(18, 6)) * ${scale}) AS INTEGER)
    END`;
}

/** SQL of whether a follower count says something, but not in a known shape. */
export function oddFollowerCountSql(text: string): string {
  return `coalesce(${text} NOT IN ('', '${userInfoError}') AND ${followerCountSql(text)} IS NULL, false)`;
}
