import { createConnection } from 'mysql2/promise';
import { mysqlOptions } from '../../activities/mysql/mysql-settings.ts';
import { dbCommand } from '../../scripts/commands/db.ts';
import { topicsCommand } from '../../scripts/commands/topics.ts';
import { testSettings, testVariables, uniqueDatabase, uniqueName } from '../support/stack.ts';

const user = uniqueName('commands');
const database = uniqueDatabase();
const before = { ...process.env };
let printed: string[] = [];

beforeAll(() => {
  Object.assign(process.env, testVariables({ TW_USER: user, TW_MYSQL_DATABASE: database, TW_KAFKA_PARTITIONS: '2' }));
  jest.spyOn(console, 'log').mockImplementation((line: string) => printed.push(line));
});

beforeEach(() => {
  printed = [];
});

afterAll(async () => {
  jest.restoreAllMocks();
  process.env = before;
  const connection = await createConnection(mysqlOptions(testSettings().mysql));
  await connection.query(`DROP DATABASE IF EXISTS \`${database}\``);
  await connection.end();
});

test('tw db seed fills the database, and says so when there was nothing to do', async () => {
  await dbCommand().parseAsync(['seed'], { from: 'user' });
  await dbCommand().parseAsync(['seed'], { from: 'user' });
  expect(printed[0]).toMatch(/^11,154 posts loaded into pinterest_data_\w+ on /);
  expect(printed[1]).toMatch(/ has the 11,154 posts already$/);
});

test('tw topics create makes what is missing, tw topics list shows it', async () => {
  await topicsCommand().parseAsync(['list'], { from: 'user' });
  expect(printed.join('\n')).toContain('tw topics create');
  await topicsCommand().parseAsync(['create'], { from: 'user' });
  await topicsCommand().parseAsync(['create'], { from: 'user' });
  expect(printed).toContain(`${user}.pin: created`);
  expect(printed).toContain(`${user}.pin: there already`);
  printed = [];
  await topicsCommand().parseAsync(['list', '--json'], { from: 'user' });
  expect(JSON.parse(printed[0] ?? '')).toEqual(
    ['geo', 'pin', 'user'].map((table) => ({
      topic: `${user}.${table}`,
      partitions: [
        { partition: 0, low: 0, high: 0 },
        { partition: 1, low: 0, high: 0 },
      ],
    })),
  );
  await topicsCommand().parseAsync(['list'], { from: 'user' });
  expect(printed[1]).toContain(`${user}.user`);
});
