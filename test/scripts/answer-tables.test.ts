import { stripVTControlCharacters } from 'node:util';
import type { Answers } from '../../pipeline/report/answers.ts';
import { answerTables } from '../../scripts/answer-tables.ts';
import { noRows, sampleAnswers } from '../pipeline/report/sample-report.ts';

const plain = { width: 100, colours: false };

/** Columns that the widest line takes; a Han letter takes two. */
function widest(text: string): number {
  return Math.max(...text.split('\n').map((line) => line.replaceAll(/\p{Script=Han}/gu, '##').length));
}

function withYears(count: number): Answers {
  const q9 = Array.from({ length: count }, (_, index) => ({ post_year: 2000 + index, number_users_joined: 1 }));
  return { ...noRows, q9 };
}

describe('the answers on a terminal', () => {
  test('have a title, the columns of the course and right-aligned counts', () => {
    const tables = answerTables(sampleAnswers, plain);
    for (const line of [
      '4  The most popular category in each country',
      '│ country       │ category       │ category_count │',
      "│ Cote d'Ivoire │ diy-and-crafts │              2 │",
      '│ … 35 more in the report ',
      '│ 2016      │               2,643 │',
      '│ 2017      │                     – │',
    ]) {
      expect(tables).toContain(line);
    }
  });

  test('stand side by side where there is room, and are never wider than the terminal', () => {
    const heights = [80, 120, 200].map((width) => {
      const tables = answerTables(sampleAnswers, { width, colours: false });
      expect(widest(tables)).toBeLessThanOrEqual(width);
      return tables.split('\n').length;
    });
    expect(heights.toSorted((a, b) => b - a)).toEqual(heights);
    expect(new Set(heights).size).toBe(3);
  });

  test('fit 80 columns whatever the names are', () => {
    const rows = ['x'.repeat(300), '漢'.repeat(300), 'Ελένη 漢字 '.repeat(40)].map((name) => ({
      country: name,
      poster_name: name,
      follower_count: Number.MAX_SAFE_INTEGER,
    }));
    const tables = answerTables({ ...noRows, q6a: rows }, { width: 80, colours: false });
    expect(widest(tables)).toBeLessThanOrEqual(80);
    expect(tables).toContain('…');
  });

  test('show a rest of four or fewer, and say of more how many there are', () => {
    expect(answerTables(withYears(9), plain, 5)).not.toContain('more in the report');
    expect(answerTables(withYears(10), plain, 5)).toContain('… 5 more in the report');
    expect(answerTables(withYears(0), plain, 5)).toContain('no rows');
  });

  test('cannot be made to act on the terminal', () => {
    const name = '\u001b]0;title\u0007\u001b[2J\u202evil\r\n';
    const tables = answerTables({ ...noRows, q6b: [{ country: name, follower_count: 1 }] }, plain);
    // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
    expect(tables).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  test('have colours only where they are wanted', () => {
    const colourful = answerTables(sampleAnswers, { width: 100, colours: true });
    const dull = answerTables(sampleAnswers, plain);
    expect(dull).not.toContain('\u001b');
    expect(stripVTControlCharacters(colourful)).toBe(dull);
  });
});
