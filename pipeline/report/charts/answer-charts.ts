import type { QuestionName } from '../../questions/questions.ts';
import type { Answers } from '../answers.ts';
import { absent } from '../format.ts';
import { leadingCategories } from '../findings.ts';
import { groupsOf } from '../groups.ts';
import { drawLyingBars, drawStandingBars, type Bar } from './bars.ts';
import type { Drawing } from './draw.ts';
import { drawGroupedBars } from './grouped-bars.ts';
import { drawHeatMap, type Grid } from './heat-map.ts';

/** A chart of an answer for a width; never called with no rows. */
export interface AnswerChart<K extends QuestionName> {
  /** What the chart shows, which may be a part of the table. */
  readonly caption: string;
  readonly draw: (rows: Answers[K], width: number) => Drawing;
}

/** Bars that a chart of many holds at most: the table below has all. */
const longest = 10;

/** Categories in the course are 13; data with more has the most frequent ones in its chart. */
const mostCategories = 20;

/** The charts of the answers; question 6b is one number and has none. */
export const answerCharts: { readonly [K in Exclude<QuestionName, 'q6b'>]: AnswerChart<K> } = {
  q4: {
    caption: 'Countries in which a category leads',
    draw: (rows, width) => {
      const leading = leadingCategories(rows).map(({ category, countries }) => ({ name: category, value: countries }));
      return drawLyingBars(leading.slice(0, mostCategories), width, 'beside');
    },
  },
  q5: {
    caption: 'Posts of the leading category, by year',
    draw: (rows, width) =>
      drawStandingBars(
        leaderBars(rows, (row) => String(row.post_year)),
        width,
      ),
  },
  q5all: {
    caption: 'Posts by category and year',
    draw: (rows, width) => {
      const years = [...new Set(rows.map((row) => row.post_year))].toSorted((a, b) => a - b);
      const categories = [...new Set(rows.map((row) => row.category ?? absent))].toSorted().slice(0, mostCategories);
      const grid = gridOf(rows, categories, years.map(String), (row) => ({
        row: row.category ?? absent,
        column: String(row.post_year),
        value: row.category_count,
      }));
      return drawHeatMap(grid, width);
    },
  },
  q6a: {
    caption: `The ${longest} most followed users, with their countries`,
    draw: (rows, width) => {
      const first = rows
        .toSorted((a, b) => b.follower_count - a.follower_count)
        .slice(0, longest)
        .map((row) => ({ name: `${row.poster_name ?? absent} · ${row.country ?? absent}`, value: row.follower_count }));
      return drawLyingBars(first, width, 'above');
    },
  },
  q7: {
    caption: 'Posts of the leading category, by age group',
    draw: (rows, width) =>
      drawStandingBars(
        leaderBars(rows, (row) => row.age_group),
        width,
      ),
  },
  q8: {
    caption: 'Median follower count, by age group',
    draw: (rows, width) =>
      drawStandingBars(
        bars(
          rows,
          (row) => row.age_group,
          (row) => row.median_follower_count,
        ),
        width,
      ),
  },
  q9: {
    caption: 'Users joined, by year',
    draw: (rows, width) =>
      drawStandingBars(
        bars(
          rows,
          (row) => String(row.post_year),
          (row) => row.number_users_joined,
        ),
        width,
      ),
  },
  q10: {
    caption: 'Median follower count, by year of joining',
    draw: (rows, width) =>
      drawStandingBars(
        bars(
          rows,
          (row) => String(row.post_year),
          (row) => row.median_follower_count,
        ),
        width,
      ),
  },
  q11: {
    caption: 'Median follower count, by year of joining; colours are age groups',
    draw: (rows, width) => {
      const years = [...new Set(rows.map((row) => row.post_year))].toSorted((a, b) => a - b);
      const ages = [...new Set(rows.map((row) => row.age_group))];
      const grid = gridOf(rows, ages, years.map(String), (row) => ({
        row: row.age_group,
        column: String(row.post_year),
        value: row.median_follower_count,
      }));
      return drawGroupedBars(grid, width);
    },
  },
};

/** One bar a group; categories that share the first place stand on one bar, since their number is the same. */
function leaderBars<T extends { readonly category: string | null; readonly category_count: number }>(
  rows: readonly T[],
  group: (row: T) => string,
): Bar[] {
  return [...groupsOf(rows, group)].map(([name, members]) => {
    const [first, ...others] = members;
    const remark = `${first?.category ?? absent}${others.length > 0 ? ` +${others.length}` : ''}`;
    return { name, value: first?.category_count ?? 0, remark };
  });
}

function bars<T>(rows: readonly T[], name: (row: T) => string, value: (row: T) => number | null): Bar[] {
  return rows.flatMap((row) => {
    const number = value(row);
    return number === null ? [] : [{ name: name(row), value: number }];
  });
}

function gridOf<T>(
  rows: readonly T[],
  names: readonly string[],
  columns: readonly string[],
  cell: (row: T) => { readonly row: string; readonly column: string; readonly value: number | null },
): Grid {
  const values = new Map(rows.map(cell).map((one) => [`${one.row}\n${one.column}`, one.value]));
  return {
    rows: names,
    columns,
    value: (row, column) => values.get(`${names[row]}\n${columns[column]}`) ?? undefined,
  };
}
