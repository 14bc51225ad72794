import * as fc from 'fast-check';
import { findings, leadingCategories } from '../../../pipeline/report/findings.ts';
import {
  formatBytes,
  formatCount,
  formatList,
  formatNumber,
  formatShort,
  formatSpan,
  formatTime,
} from '../../../pipeline/report/format.ts';
import { plainText } from '../../../pipeline/report/plain-text.ts';
import { sampleAnswers } from './sample-report.ts';

describe('figures in words', () => {
  test.each([
    [formatNumber(0), '0'],
    [formatNumber(1_234_567), '1,234,567'],
    [formatNumber(130_000.5), '130,000.5'],
    [formatShort(999), '999'],
    [formatShort(98_500), '98.5k'],
    [formatShort(369_500), '370k'],
    [formatShort(15_000_000), '15M'],
    [formatBytes(0), '0 B'],
    [formatBytes(999), '999 B'],
    [formatBytes(712_345), '712.3 kB'],
    [formatBytes(3_400_000_000), '3.4 GB'],
    [formatTime('2026-11-20T01:02:03.999+01:00'), '2026-11-20 00:02:03 UTC'],
    [formatTime('2026-11-20T00:00:00Z'), '2026-11-20 00:00 UTC'],
    [formatTime('yesterday'), 'yesterday'],
    [formatSpan('2026-11-20T00:00:00Z', '2026-11-21T00:00:00Z'), '2026-11-20 00:00 to 2026-11-21 00:00 UTC'],
    [formatList([]), ''],
    [formatList(['a']), 'a'],
    [formatList(['a', 'b']), 'a and b'],
    [formatList(['a', 'b', 'c']), 'a, b and c'],
    [formatList(['a', 'b', 'c', 'd', 'e'], 3), 'a, b and 3 more'],
    [formatCount(1, 'country', 'countries'), '1 country'],
    [formatCount(2_000, 'row'), '2,000 rows'],
  ])('%s', (made, expected) => {
    expect(made).toBe(expected);
  });
});

describe('what an answer says', () => {
  test.each([
    [findings.q4(sampleAnswers.q4), 'Of 42 countries, tattoos leads in 40; in 1 the first place is shared.'],
    [findings.q5(sampleAnswers.q5), 'The leaders are 2018 art, 2019 art, 2020 art, 2021 art and 2022 art.'],
    [findings.q5all(sampleAnswers.q5all), 'Most posts: tattoos in 2022, with 88.'],
    [findings.q6a(sampleAnswers.q6a), 'Most followers: Ελένη 🌊 (Anguilla), with 15,000,000.'],
    [findings.q6b(sampleAnswers.q6b), 'Anguilla, with 15,000,000 followers.'],
    [findings.q7(sampleAnswers.q7), 'The leaders are 18-24 tattoos, 25-35 tattoos, 36-50 tattoos and +50 tattoos.'],
    [findings.q8(sampleAnswers.q8), 'Highest: 130,000.5 in the age group 18-24.'],
    [findings.q9(sampleAnswers.q9), '5,081 users joined, most of them in 2016 (2,643).'],
    [findings.q10(sampleAnswers.q10), 'Highest: 160,000 for 2015.'],
    [
      findings.q11(sampleAnswers.q11),
      'Highest: 4,000 for +50 who joined in 2015, +50 who joined in 2016 and +50 who joined in 2017.',
    ],
  ])('%s', (said, sentence) => {
    expect(said).toBe(sentence);
  });

  test('names all that share a first place', () => {
    const rows = [
      { post_year: 2018, category: 'art', category_count: 2 },
      { post_year: 2018, category: 'travel', category_count: 2 },
      { post_year: 2019, category: 'art', category_count: 1 },
    ];
    expect(findings.q5(rows)).toBe('The leaders are 2018 art or travel and 2019 art.');
  });

  test('counts countries by category, most first, then by name', () => {
    expect(leadingCategories(sampleAnswers.q4)).toEqual([
      { category: 'tattoos', countries: 40 },
      { category: 'art', countries: 1 },
      { category: 'diy-and-crafts', countries: 1 },
      { category: 'home-decor', countries: 1 },
    ]);
  });
});

describe('plain text', () => {
  test.each([
    ['  two\r\n words\t ', 'two words'],
    ['\u001b[31mred\u001b[0m', '[31mred [0m'],
    ['right\u202eleft', 'right left'],
    ['👩‍👧 family', '👩‍👧 family'],
    ['x'.repeat(200), `${'x'.repeat(119)}…`],
  ])('%j', (text, expected) => {
    expect(plainText(text)).toBe(expected);
  });

  test('holds nothing that acts, and is never longer than asked', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 50 }), (text, most) => {
        const plain = plainText(text, most);
        expect(plain).not.toMatch(/\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u);
        expect(Array.from(plain).length).toBeLessThanOrEqual(most);
      }),
    );
  });
});
