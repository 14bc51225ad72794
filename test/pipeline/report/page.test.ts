import * as fc from 'fast-check';
import type { Answers } from '../../../pipeline/report/answers.ts';
import { answerKeys } from '../../../pipeline/report/answers.ts';
import type { ReportModel } from '../../../pipeline/report/model.ts';
import { renderReport } from '../../../pipeline/report/page.ts';
import { noRows, sampleAnswers, sampleReport } from './sample-report.ts';

function withAnswers(rows: Answers): ReportModel {
  return { ...sampleReport, answers: { rows, key: 'answers/a.json' } };
}

/** Every tag of a page with its attributes, as a browser's tokenizer would find them in text that is escaped. */
function tagsOf(html: string): string[] {
  return [...html.matchAll(/<(?:"[^"]*"|[^">])*>/g)].map(([tag]) => tag);
}

function tagNames(html: string): Set<string> {
  return new Set(tagsOf(html).map((tag) => (/^<\/?([\w!-]+)/.exec(tag)?.[1] ?? tag).toLowerCase()));
}

function attributeNames(html: string): string[] {
  return tagsOf(html).flatMap((tag) => tag.replaceAll(/"[^"]*"/g, '""').match(/[\w:-]+(?==)/g) ?? []);
}

/** Letters that mean something to HTML, SVG, CSS or a terminal. */
const hostileLetters = Array.from('<>"\'&=/{}|#;\\`-! svgscript\u0000\u202e\n');

/** A report that shows one text wherever data is shown. */
function renderWith(text: string): string {
  const answers = withAnswers({
    ...noRows,
    q4: [{ country: text, category: text, category_count: 3 }],
    q5all: [{ post_year: 2018, category: text, category_count: 3 }],
    q6a: [{ country: text, poster_name: text, follower_count: 5 }],
    q7: [{ age_group: text, category: text, category_count: 3 }],
    q11: [{ age_group: text, post_year: 2015, median_follower_count: 1 }],
  });
  return renderReport({ ...answers, dagId: text, runId: text, logicalDate: text });
}

const page = renderReport(sampleReport);

describe('a report', () => {
  test.each(answerKeys.map((key) => [key] as const))('has heading, figure and table of %s', (key) => {
    const section = page.split(`<section class="panel" id="${key}"`)[1]?.split('</section>')[0] ?? '';
    expect(section).toContain(`<h2 id="${key}-heading">`);
    expect(section).toContain('<figure>');
    expect(section).toContain(`<caption id="${key}-caption">`);
    expect(section).toContain('class="decided"');
    expect(section.match(/<svg /g)?.length ?? 0).toBe(key === 'q6b' ? 0 : 2);
    expect(section.match(/<tr>/g)).toHaveLength(sampleAnswers[key].length + 1);
  });

  test('is the same text for the same model', () => {
    expect(renderReport(sampleReport)).toBe(page);
  });

  test('has ids once each, and what labels point at', () => {
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const pointed = [...page.matchAll(/ (?:aria-labelledby|aria-describedby|href)="#?([^"]+)"/g)].map(([, id]) => id);
    expect(pointed.length).toBeGreaterThan(30);
    expect(pointed.filter((id) => !ids.includes(id))).toEqual([]);
  });

  test('needs nothing from elsewhere and lets nothing run', () => {
    expect(page).toContain(
      `content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"`,
    );
    expect(page.replaceAll(/ xmlns(:xlink)?="[^"]*"/g, '')).not.toMatch(
      /https?:|\burl\((?!#)|@import|<(script|link|img|iframe)/i,
    );
  });

  test('shows the run and its figures', () => {
    for (const text of [
      '<h1>pinterestDaily</h1>',
      '<code>pinterestDaily-2026-11-20T00:00:00Z</code>',
      '<dd>2026-11-20 00:00 UTC</dd>',
      '<dd>2026-11-20 00:00 to 2026-11-21 00:00 UTC</dd>',
      '<dd>2026-11-21 00:00:42 UTC</dd>',
      '<dt>posts in this run</dt><dd>1,000</dd>',
      '<dt>records landed</dt><dd>2,997</dd>',
      '<dt>records set aside in quarantine</dt><dd>9</dd>',
      '<dt>rows in the clean tables</dt><dd>5,541</dd>',
      '<td class="count">712.3 kB</td>',
      'Documented fields that records lacked: pin.tag_list in 12 records.',
      '<td>Cote d&#39;Ivoire</td>',
      '<td>Svalbard &amp; Jan Mayen Islands</td>',
      '<td class="count">130,000.5</td>',
      '<td>2015</td>',
    ]) {
      expect(page).toContain(text);
    }
  });

  test('draws a dash where the data has no value', () => {
    expect(page).toContain('<td>2017</td><td class="count">–</td>');
    expect(page).toContain('<td>Svalbard &amp; Jan Mayen Islands</td><td>–</td><td class="count">0</td>');
  });

  test('says why there are no answers, and shows the figures that there are', () => {
    const failed = renderReport({
      ...sampleReport,
      posts: null,
      logicalDate: null,
      dataInterval: null,
      tables: [{ table: 'pin', landed: null, cleaned: null }],
      answers: { failure: 'answers failed: <b>out of memory</b>\nraise TW_DUCKDB_MEMORY' },
    });
    expect(failed).toContain('<pre>answers failed: &lt;b&gt;out of memory&lt;/b&gt;\nraise TW_DUCKDB_MEMORY</pre>');
    expect(failed).toContain('<dt>posts in this run</dt><dd>–</dd>');
    expect(failed).toContain('<dt>Logical date</dt><dd>–</dd>');
    expect(failed).not.toContain('<svg');
    expect(failed).not.toContain('Data interval');
  });

  test('says that there are no rows, without a figure', () => {
    const empty = renderReport(withAnswers(noRows));
    expect(empty.match(/The tables hold nothing yet that answers this\./g)).toHaveLength(answerKeys.length);
    expect(empty).not.toContain('<figure>');
    expect(empty).not.toMatch(/NaN|undefined|null/);
  });

  test('stays small enough to open when an answer goes wild', () => {
    const q4 = Array.from({ length: 50_000 }, (_, index) => ({
      country: `country ${index}`,
      category: `category ${index}`,
      category_count: 1,
    }));
    const wild = renderReport(withAnswers({ ...sampleAnswers, q4 }));
    expect(wild).toContain('Answer q4: the first 2,000 of 50,000 rows');
    expect(wild.length).toBeLessThan(1_000_000);
  });

  test('shows hostile names as text', () => {
    const poster_name = `"><img src=x onerror=alert(1)><script>alert('x')</script>`;
    const hostile = renderReport(
      withAnswers({
        ...sampleAnswers,
        q6a: [{ country: '</svg><style>*{display:none}', poster_name, follower_count: 1 }],
      }),
    );
    expect(tagNames(hostile)).toEqual(tagNames(page));
    expect(hostile).toContain('&quot;&gt;&lt;img src=x onerror=alert(1)&gt;&lt;script&gt;');
  });

  test('has no tag and no attribute from any data', () => {
    const word = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({ unit: fc.constantFrom(...hostileLetters), maxLength: 40 }),
    );
    const names = tagNames(renderWith('calm'));
    fc.assert(
      fc.property(word, (text) => {
        const made = renderWith(text);
        expect([...tagNames(made)].filter((name) => !names.has(name))).toEqual([]);
        expect(attributeNames(made).filter((name) => /^(on.*|src|srcset|formaction|action|data)$/i.test(name))).toEqual(
          [],
        );
      }),
      { numRuns: 60 },
    );
  });
});
