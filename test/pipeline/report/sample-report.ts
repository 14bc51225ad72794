import type { Answers } from '../../../pipeline/report/answers.ts';
import type { ReportModel } from '../../../pipeline/report/model.ts';

const years = [2018, 2019, 2020, 2021, 2022] as const;
const categories = ['art', 'diy-and-crafts', 'home-decor', 'tattoos'] as const;
const ages = ['18-24', '25-35', '36-50', '+50'] as const;

/** Answers as a run of some posts gives them: ties, a country of the awkward kind, a median between two counts. */
export const sampleAnswers: Answers = {
  q4: [
    { country: 'Albania', category: 'art', category_count: 12 },
    { country: "Cote d'Ivoire", category: 'diy-and-crafts', category_count: 2 },
    { country: "Cote d'Ivoire", category: 'home-decor', category_count: 2 },
    ...Array.from({ length: 40 }, (_, index) => ({
      country: `Country ${index}`,
      category: 'tattoos',
      category_count: 1 + (index % 3),
    })),
  ],
  q5: years.map((post_year) => ({ post_year, category: 'art', category_count: post_year - 2000 })),
  q5all: years.flatMap((post_year) =>
    categories.map((category, index) => ({ post_year, category, category_count: (post_year - 2000) * (index + 1) })),
  ),
  q6a: [
    { country: 'Albania', poster_name: 'The Minds Journal', follower_count: 5_000_000 },
    { country: 'Anguilla', poster_name: 'Ελένη 🌊', follower_count: 15_000_000 },
    { country: 'Svalbard & Jan Mayen Islands', poster_name: null, follower_count: 0 },
  ],
  q6b: [{ country: 'Anguilla', follower_count: 15_000_000 }],
  q7: ages.map((age_group, index) => ({ age_group, category: 'tattoos', category_count: 40 - index * 9 })),
  q8: ages.map((age_group, index) => ({ age_group, median_follower_count: 130_000.5 / 4 ** index })),
  q9: [
    { post_year: 2015, number_users_joined: 796 },
    { post_year: 2016, number_users_joined: 2_643 },
    { post_year: 2017, number_users_joined: 1_642 },
  ],
  q10: [
    { post_year: 2015, median_follower_count: 160_000 },
    { post_year: 2016, median_follower_count: 20_000 },
    { post_year: 2017, median_follower_count: null },
  ],
  q11: ages.flatMap((age_group, index) =>
    [2015, 2016, 2017].map((post_year) => ({ age_group, post_year, median_follower_count: (index + 1) * 1_000 })),
  ),
};

/** Answers of tables without a row. */
export const noRows: Answers = {
  q4: [],
  q5: [],
  q5all: [],
  q6a: [],
  q6b: [],
  q7: [],
  q8: [],
  q9: [],
  q10: [],
  q11: [],
};

/** A report on {@link sampleAnswers}. */
export const sampleReport: ReportModel = {
  dagId: 'pinterestDaily',
  runId: 'pinterestDaily-2026-11-20T00:00:00Z',
  logicalDate: '2026-11-20T00:00:00.000Z',
  dataInterval: { start: '2026-11-20T00:00:00.000Z', end: '2026-11-21T00:00:00.000Z' },
  madeAt: '2026-11-21T00:00:42.123Z',
  posts: 1_000,
  tables: (['pin', 'geo', 'user'] as const).map((table) => ({
    table,
    landed: { objects: 3, records: 999, quarantined: 1, bytes: 712_345 },
    cleaned: {
      version: 4,
      read: 999,
      clean: 997,
      quarantined: 2,
      inserted: 600,
      updated: 11,
      rows: 1_847,
      missing: table === 'pin' ? { tag_list: 12, title: 0 } : {},
    },
  })),
  answers: { rows: sampleAnswers, key: 'answers/pinterestDaily/run.json' },
};
