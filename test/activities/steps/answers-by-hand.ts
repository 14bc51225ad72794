/** A post's three source rows. */
export interface Post {
  readonly pin: Readonly<Record<string, unknown>>;
  readonly geo: Readonly<Record<string, unknown>>;
  readonly user: Readonly<Record<string, unknown>>;
}

type Row = Readonly<Record<string, string | number | null>>;

/** A post after cleaning, written without the SQL: what the questions ask about. */
interface Cleaned {
  readonly category: string | null;
  readonly poster: string | null;
  readonly followers: number | null;
  readonly country: string | null;
  readonly year: number;
  readonly person: string;
  readonly ageGroup: string | null;
  readonly joined: number;
}

const groups = ['18-24', '25-35', '36-50', '+50'];

/** The ten answers by loops and maps, as an oracle: shares nothing with the SQL but the rules. */
export function answersByHand(posts: readonly Post[]): Record<string, Row[]> {
  const all = posts.map(clean);
  const inRange = all.filter(({ year }) => year >= 2018 && year <= 2022);
  const joiners = all.filter(({ joined }) => joined >= 2015 && joined <= 2020);
  const known = all.filter(({ country, followers }) => country !== null && followers !== null);
  const most = Math.max(...known.map(({ followers }) => followers ?? 0));
  const perYear = counts(inRange, ({ year, category }) => category && [year, category]);
  return {
    q4: best(counts(all, ({ country, category }) => country && category && [country, category])).map(
      ([country, category, n]) => ({ country, category, category_count: n }),
    ),
    q5: best(perYear).map(([year, category, n]) => ({ post_year: year, category, category_count: n })),
    q5all: perYear
      .toSorted((a, b) => Number(a[0]) - Number(b[0]) || b[2] - a[2] || compare(a[1], b[1]))
      .map(([year, category, n]) => ({ post_year: year, category, category_count: n })),
    q6a: distinct(
      known
        .filter(
          ({ country, followers }) =>
            followers === Math.max(...known.filter((one) => one.country === country).map((one) => one.followers ?? 0)),
        )
        .map(({ country, poster, followers }) => ({ country, poster_name: poster, follower_count: followers })),
    ).toSorted((a, b) => compare(a['country'], b['country']) || nullsLast(a['poster_name'], b['poster_name'])),
    q6b: distinct(
      known
        .filter(({ followers }) => followers === most)
        .map(({ country, followers }) => ({ country, follower_count: followers })),
    ).toSorted((a, b) => compare(a['country'], b['country'])),
    q7: best(
      counts(all, ({ ageGroup, category }) => ageGroup && category && [ageGroup, category]),
      byAge,
    ).map(([group, category, n]) => ({ age_group: group, category, category_count: n })),
    q8: medians(all, ({ ageGroup }) => ageGroup && [ageGroup])
      .toSorted((a, b) => byAge(a.key[0], b.key[0]))
      .map(({ key, middle }) => ({ age_group: key[0] ?? null, median_follower_count: middle })),
    q9: [...new Set(joiners.map(({ joined }) => joined))]
      .toSorted((a, b) => a - b)
      .map((year) => ({
        post_year: year,
        number_users_joined: new Set(joiners.filter(({ joined }) => joined === year).map(({ person }) => person)).size,
      })),
    q10: medians(joiners, ({ joined }) => [joined])
      .toSorted((a, b) => Number(a.key[0]) - Number(b.key[0]))
      .map(({ key, middle }) => ({ post_year: key[0] ?? null, median_follower_count: middle })),
    q11: medians(joiners, ({ ageGroup, joined }) => ageGroup && [ageGroup, joined])
      .toSorted((a, b) => byAge(a.key[0], b.key[0]) || Number(a.key[1]) - Number(b.key[1]))
      .map(({ key, middle }) => ({
        age_group: key[0] ?? null,
        post_year: key[1] ?? null,
        median_follower_count: middle,
      })),
  };
}

function clean({ pin, geo, user }: Post): Cleaned {
  const age = typeof user['age'] === 'number' ? user['age'] : null;
  const poster = text(pin['poster_name']);
  return {
    category: text(pin['category']),
    poster: poster === 'User Info Error' ? null : poster,
    followers: followersOf(String(pin['follower_count'])),
    country: text(geo['country']),
    year: Number(String(geo['timestamp']).slice(0, 4)),
    person: JSON.stringify([user['first_name'], user['last_name'], age, user['date_joined']]),
    ageGroup: age === null || age < 18 ? null : age <= 24 ? '18-24' : age <= 35 ? '25-35' : age <= 50 ? '36-50' : '+50',
    joined: Number(String(user['date_joined']).slice(0, 4)),
  };
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function followersOf(value: string): number | null {
  const number = Number.parseInt(value, 10);
  if (Number.isNaN(number)) return null;
  return number * (value.endsWith('k') ? 1_000 : value.endsWith('M') ? 1_000_000 : 1);
}

type Count = [string | number, string, number];

function counts(
  posts: readonly Cleaned[],
  key: (post: Cleaned) => readonly (string | number)[] | string | null,
): Count[] {
  const found = new Map<string, number>();
  for (const post of posts) {
    const value = key(post);
    if (Array.isArray(value)) found.set(JSON.stringify(value), (found.get(JSON.stringify(value)) ?? 0) + 1);
  }
  return [...found].map(([parts, n]) => {
    const [first, second]: [string | number, string] = JSON.parse(parts);
    return [first, second, n];
  });
}

/** All of the highest count of each first part. */
function best(all: readonly Count[], order: (a: unknown, b: unknown) => number = compare): Count[] {
  const top = (first: string | number): number => Math.max(...all.filter(([one]) => one === first).map(([, , n]) => n));
  return all.filter(([first, , n]) => n === top(first)).toSorted((a, b) => order(a[0], b[0]) || compare(a[1], b[1]));
}

function medians(
  posts: readonly Cleaned[],
  key: (post: Cleaned) => readonly (string | number)[] | null | '',
): { readonly key: readonly (string | number)[]; readonly middle: number | null }[] {
  const found = new Map<string, number[]>();
  for (const post of posts) {
    const value = key(post);
    if (value === null || value === '') continue;
    const list = found.get(JSON.stringify(value)) ?? [];
    if (post.followers !== null) list.push(post.followers);
    found.set(JSON.stringify(value), list);
  }
  return [...found].map(([parts, list]) => ({ key: JSON.parse(parts), middle: median(list) }));
}

function median(list: readonly number[]): number | null {
  const sorted = list.toSorted((a, b) => a - b);
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  const high = sorted[Math.floor(sorted.length / 2)];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

function distinct(rows: readonly Row[]): Row[] {
  return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
}

/** By UTF-8 bytes, as DuckDB sorts. */
function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}

function nullsLast(a: unknown, b: unknown): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return compare(a, b);
}

function byAge(a: unknown, b: unknown): number {
  return groups.indexOf(String(a)) - groups.indexOf(String(b));
}
