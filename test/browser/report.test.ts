import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { answerKeys, type Answers } from '../../pipeline/report/answers.ts';
import type { ReportModel } from '../../pipeline/report/model.ts';
import { renderReport } from '../../pipeline/report/page.ts';
import { noRows, sampleAnswers, sampleReport } from '../pipeline/report/sample-report.ts';
import { findBrowser, openBrowser } from './browser.ts';

const executable = findBrowser();
const open = executable === undefined ? describe.skip : describe;

const hostileName = `"><img src=x onerror="document.title='broken'"><script>document.title='broken'</script>`;
const hostile: ReportModel = {
  ...sampleReport,
  dagId: '<h1>not a heading</h1>',
  runId: `run-${'x'.repeat(300)}`,
  answers: {
    rows: {
      ...sampleAnswers,
      q6a: [{ country: '</svg><script>alert(1)</script>', poster_name: hostileName, follower_count: 9_000_000 }],
      q7: [{ age_group: '18-24', category: `<svg onload=alert(1)>${'w'.repeat(260)}`, category_count: 3 }],
      q6b: [{ country: 'w'.repeat(260), follower_count: Number.MAX_SAFE_INTEGER }],
    },
    key: 'k'.repeat(400),
  },
};
const pages = {
  whole: sampleReport,
  hostile,
  failed: { ...sampleReport, answers: { failure: `answers failed: ${'no memory '.repeat(80)}` } },
  empty: withAnswers(noRows),
} as const satisfies Readonly<Record<string, ReportModel>>;
const pageNames = ['whole', 'hostile', 'failed', 'empty'] as const;

/** Words of charts that stick out of their drawing, where a reader would see them cut. Runs in the browser. */
const textsOutside = `[...document.querySelectorAll('svg')].flatMap((svg) => {
  const box = svg.getBoundingClientRect();
  const out = ({ left, right, top, bottom }) =>
    left < box.left - 1 || right > box.right + 1 || top < box.top - 1 || bottom > box.bottom + 1;
  return [...svg.querySelectorAll('text')].filter((text) => out(text.getBoundingClientRect())).map((text) => text.textContent);
})`;

const schemes = ['light', 'dark'] as const;

function withAnswers(rows: Answers): ReportModel {
  return { ...sampleReport, answers: { rows, key: 'answers/a.json' } };
}

open(
  `the report in a browser${executable === undefined ? ' (none found: install Chromium, or set TW_TEST_CHROMIUM)' : ''}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'tw-report-'));
    let browser: Browser;

    beforeAll(async () => {
      if (executable === undefined) throw new Error('no browser: install Chromium, or name one with TW_TEST_CHROMIUM');
      for (const [name, model] of Object.entries(pages))
        writeFileSync(join(folder, `${name}.html`), renderReport(model));
      browser = await openBrowser(executable);
    });

    afterAll(async () => {
      await browser?.close();
      rmSync(folder, { recursive: true });
    });

    /** Opens a page and gives it to a check; then nothing may have been complained of, asked for or run. */
    async function visit(
      name: keyof typeof pages,
      scheme: 'light' | 'dark',
      check: (page: Page) => Promise<void>,
    ): Promise<void> {
      const page = await browser.newPage({ viewport: { width: 1_280, height: 900 }, colorScheme: scheme });
      const seen: string[] = [];
      const address = pathToFileURL(join(folder, `${name}.html`)).href;
      page.on('console', (message) => seen.push(`console: ${message.text()}`));
      page.on('pageerror', (error) => seen.push(`error: ${error.message}`));
      page.on('request', (request) => {
        if (request.url() !== address) seen.push(`request: ${request.url()}`);
      });
      page.on('dialog', (dialog) => seen.push(`dialog: ${dialog.message()}`));
      try {
        await page.goto(address);
        await check(page);
        expect(seen).toEqual([]);
      } finally {
        await page.close();
      }
    }

    test('shows heading, figure and table of every answer', async () => {
      await visit('whole', 'light', async (page) => {
        for (const key of answerKeys) {
          const section = page.locator(`#${key}`);
          for (const part of ['h2', 'figure', 'table', 'caption', '.decided']) {
            expect([key, part, await section.locator(part).isVisible()]).toEqual([key, part, true]);
          }
          const box = await section.locator('figure').boundingBox();
          expect(box?.height).toBeGreaterThan(60);
          expect(await section.locator('svg:visible').count()).toBe(key === 'q6b' ? 0 : 1);
        }
      });
    });

    test.each(pageNames)('fits a phone and a laptop: the %s page', async (name) => {
      await visit(name, 'light', async (page) => {
        for (const width of [390, 1_280]) {
          await page.setViewportSize({ width, height: 900 });
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
          expect(await page.evaluate(textsOutside)).toEqual([]);
        }
      });
    });

    test('is light or dark as its reader is', async () => {
      const grounds: unknown[] = [];
      for (const scheme of schemes) {
        await visit('whole', scheme, async (page) => {
          grounds.push(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
          grounds.push(
            await page.evaluate("getComputedStyle([...document.querySelectorAll('#q4 .wide path')].at(-1)).fill"),
          );
        });
      }
      expect(grounds).toEqual(['rgb(246, 248, 248)', 'rgb(20, 112, 138)', 'rgb(15, 22, 26)', 'rgb(79, 176, 201)']);
    });

    test('names every chart, table and region for those who do not see them', async () => {
      await visit('whole', 'light', async (page) => {
        const charts = await page.getByRole('img').all();
        expect(charts).toHaveLength(9);
        for (const chart of charts) {
          expect(await chart.locator('title').textContent()).toMatch(/\w/);
          expect(await chart.locator('desc').textContent()).toMatch(/\w.*The table has the numbers\./);
        }
        for (const table of await page.getByRole('table').all()) {
          expect(await table.locator('caption').textContent()).toMatch(/\w/);
        }
        expect(await page.getByRole('table').count()).toBe(answerKeys.length + 1);
        expect(await page.getByRole('region', { name: /^Answer q4: 43 rows/ }).count()).toBe(1);
        expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
        expect(await page.getByRole('heading', { level: 2 }).count()).toBe(answerKeys.length + 1);
        expect(await page.getByRole('main').count()).toBe(1);
      });
    });

    test('is walked by keyboard: first a way past the head, then every answer, then long tables', async () => {
      await visit('whole', 'light', async (page) => {
        await page.keyboard.press('Tab');
        expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the answers');
        for (let link = 0; link < answerKeys.length; link += 1) await page.keyboard.press('Tab');
        expect(await page.evaluate("document.activeElement.getAttribute('href')")).toBe('#q11');
        await page.keyboard.press('Tab');
        await page.keyboard.press('End');
        await page.waitForFunction(
          "document.activeElement.scrollTop > 0 && document.activeElement.closest('#q4') !== null",
        );
      });
    });

    test('shows hostile names as text', async () => {
      await visit('hostile', 'light', async (page) => {
        expect(await page.locator('#q6a tbody td').nth(1).textContent()).toBe(hostileName);
        expect(await page.locator('#q6a .wide svg text').first().textContent()).toContain('"><img src=x');
        expect(await page.locator('h1').textContent()).toBe('<h1>not a heading</h1>');
        expect(await page.locator('script, img').count()).toBe(0);
        expect(await page.title()).not.toBe('broken');
      });
    });

    test('runs no script and loads no image that got into it in spite of all', async () => {
      const page = await browser.newPage();
      const refused: unknown[] = [];
      page.on('requestfailed', (request) => refused.push([request.url(), request.failure()?.errorText]));
      const broken = renderReport(sampleReport).replace(
        '</main>',
        `<script>document.title='broken'</script><img src="http://127.0.0.1:9/x.png" onerror="document.title='broken'"></main>`,
      );
      const path = join(folder, 'broken.html');
      writeFileSync(path, broken);
      await page.goto(pathToFileURL(path).href);
      expect(await page.title()).toBe('pinterestDaily · pinterestDaily-2026-11-20T00:00:00Z');
      expect(refused).toEqual([['http://127.0.0.1:9/x.png', 'csp']]);
      await page.close();
    });

    test('prints whole tables on white', async () => {
      await visit('whole', 'dark', async (page) => {
        await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
        const hidden =
          "[...document.querySelectorAll('.scroll')].filter((one) => one.scrollHeight > one.clientHeight).length";
        expect(await page.evaluate(hidden)).toBe(0);
        expect(
          await page.evaluate('getComputedStyle(document.documentElement).getPropertyValue("--panel").trim()'),
        ).toBe('#ffffff');
        expect((await page.pdf()).length).toBeGreaterThan(10_000);
      });
    });
  },
);
