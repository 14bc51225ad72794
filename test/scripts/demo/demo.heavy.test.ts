import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerKeys } from '../../../pipeline/report/answers.ts';
import { tw, type CommandEnd } from '../../support/tw.ts';

/** What `--json` writes. */
interface DemoJson {
  readonly answers: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  readonly rows: { readonly pin: number; readonly geo: number; readonly user: number };
  readonly timings: Readonly<Record<string, number>>;
}

const home = mkdtempSync(join(tmpdir(), 'tradewind-demo-'));
const stateDir = join(home, 'state');

const run = (...args: string[]): Promise<CommandEnd> => tw({ TW_STATE_DIR: stateDir }, args);

async function demo(...args: string[]): Promise<DemoJson & { readonly said: string }> {
  const path = join(home, `${args.join('')}.json`.replaceAll(/[^\w.]/g, ''));
  const { code, out, err } = await run('demo', ...args, '--json', path);
  if (code !== 0) throw new Error(`tw demo ${args.join(' ')} ended with ${code}:\n${out}\n${err}`);
  return { ...(JSON.parse(readFileSync(path, 'utf8')) as DemoJson), said: out };
}

async function states(): Promise<readonly string[]> {
  const { out } = await run('stack', 'status', '--json');
  return (JSON.parse(out) as readonly { readonly state: string }[]).map(({ state }) => state);
}

afterAll(async () => {
  await run('stack', 'down');
  rmSync(home, { recursive: true, force: true });
});

test('the demo runs a day and keeps its servers; the next day has new posts and other answers, though its worker is killed', async () => {
  const first = await demo('--posts', '300', '--keep');
  expect(Object.keys(first.answers)).toEqual([...answerKeys]);
  expect(first.rows.pin).toBeGreaterThan(250);
  expect(first.rows).toEqual({ pin: first.rows.pin, geo: first.rows.pin, user: first.rows.pin });
  for (const part of ['servers', 'set-up', 'worker', 'run', 'proof', 'total']) {
    expect(first.timings[part]).toEqual(expect.any(Number));
  }
  expect(first.said).toContain('Schedule pinterestDaily: created');
  expect(first.said).toContain('Task Queue     tradewind-orchestration');
  expect(new Set(await states())).toEqual(new Set(['running']));

  const second = await demo('--posts', '300', '--kill');
  expect(second.said).toContain('(SIGKILL) while ');
  expect(second.said).toContain('Schedule pinterestDaily: as it should be');
  expect(second.rows.pin).toBeGreaterThan(first.rows.pin + 200);
  expect(second.answers['q4']).not.toEqual(first.answers['q4']);
  // What it found running is left as it was.
  expect(new Set(await states())).toEqual(new Set(['running']));
  expect((await run('stack', 'down')).code).toBe(0);
  expect((await run('stack', 'status')).code).toBe(3);
}, 300_000);

test("posts of one's own are answered on a state of their own, the newest of a number winning, and nothing stays up", async () => {
  const posts = join(home, 'posts');
  mkdirSync(posts);
  const pin = (index: number, category: string) => ({
    index,
    unique_id: `id-${index}`,
    title: `Post ${index}`,
    description: 'words',
    poster_name: `Poster ${index}`,
    follower_count: `${index}k`,
    tag_list: 'a,b',
    is_image_or_video: 'image',
    image_src: 'https://example.org/a.jpg',
    downloaded: 1,
    save_location: `Local save in /data/${category}`,
    category,
  });
  const geo = (ind: number, country: string) => ({
    ind,
    timestamp: '2019-03-28 09:16:33',
    latitude: 1.5,
    longitude: 2.5,
    country,
  });
  const user = (ind: number) => ({
    ind,
    first_name: `First${ind}`,
    last_name: 'Last',
    age: 20 + ind,
    date_joined: '2016-01-02 03:04:05',
  });
  const files = {
    pin: [pin(1, 'art'), pin(2, 'art'), pin(3, 'travel'), pin(2, 'travel')],
    geo: [geo(1, 'Albania'), geo(2, 'Albania'), geo(3, 'Peru')],
    user: [user(1), user(2), user(3)],
  };
  for (const [table, rows] of Object.entries(files)) {
    writeFileSync(join(posts, `${table}.jsonl`), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  }
  const { rows, answers, said } = await demo('--rows', posts);
  expect(rows).toEqual({ pin: 3, geo: 3, user: 3 });
  expect(answers['q4']).toHaveLength(3);
  expect(answers['q4']).toEqual(
    expect.arrayContaining([
      { country: 'Albania', category: 'art', category_count: 1 },
      { country: 'Albania', category: 'travel', category_count: 1 },
      { country: 'Peru', category: 'travel', category_count: 1 },
    ]),
  );
  expect(said).toContain('run it with --keep');
  expect(existsSync(join(stateDir, 'rows', 'report.html'))).toBe(true);
  expect((await tw({ TW_STATE_DIR: join(stateDir, 'rows') }, ['stack', 'status'])).code).toBe(3);
}, 300_000);

test('a folder of posts that is not complete is named before anything is started', async () => {
  const { code, out, err } = await run('demo', '--rows', home);
  expect(code).toBe(1);
  expect(err).toContain(`there is no ${join(home, 'pin.jsonl')}`);
  expect(out).toBe('');
});
