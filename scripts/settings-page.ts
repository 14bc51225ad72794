import { z } from 'zod';
import { settingsSchema } from '../config/settings.ts';

/** One part of the page: settings whose names begin alike, in the order of the schema. */
interface Part {
  readonly title: string;
  readonly names: RegExp;
}

/** A setting belongs to the first part that fits. */
const parts: readonly Part[] = [
  { title: 'Temporal', names: /^TEMPORAL_/ },
  { title: 'Source database (MySQL, RDS)', names: /^TW_MYSQL_/ },
  { title: 'Kafka (MSK)', names: /^TW_KAFKA_/ },
  { title: 'Object storage (S3)', names: /^(TW_S3|AWS)_/ },
  { title: 'Landing', names: /^TW_LANDING_/ },
  { title: 'Cleaning and answers (DuckDB)', names: /^TW_(DUCKDB_|WORK_DIR)/ },
  { title: 'Databricks', names: /^DATABRICKS_/ },
  { title: 'Notifications', names: /^TW_(NOTIFY|SMTP)_/ },
  { title: 'Local stack', names: /^TW_(STATE|CACHE)_DIR/ },
  { title: 'All parts', names: /^/ },
];

const head = `# Settings

Settings are environment variables. What the environment does not say is read from the file that \`TW_SETTINGS_FILE\` names, or else
from \`.tradewind/settings.env\`, through which the local stack of this checkout says where its servers are while it is up. The
environment wins. An empty variable counts as absent. A worker checks all of them before it starts, and names every problem at once; a
\`TW_…\` variable that is not on this page is one of them. Nothing says by default where a server is: with neither a setting nor the local
stack a command names what it lacks, rather than reach for whatever listens on the usual port.

How to point each part at AWS is in [aws.md](aws.md). Passwords and keys are never logged; keep a settings file at mode 0600.
`;

const foot = `
## Tests

| variable | what it is |
| --- | --- |
| \`TW_TEST_CHROMIUM\` | path of the browser that opens the report; by default Chromium or Chrome is looked for on PATH |
| \`TW_TEST_ORACLE\` | folder of what Airflow itself decided, a JSON document a line; without it the tests that compare with that are skipped |
| \`TW_TEST_NO_BUILD\` | when set, tests that start processes take \`dist/\` as it is, without building it first |

This page is made from the schema in \`config/settings.ts\`: \`npx tsx scripts/settings-page.ts > docs/settings.md\`.
`;

/** What JSON Schema says of one variable. */
const property = z.object({ description: z.string(), enum: z.array(z.string()).optional() });
const jsonSchema = z.object({ properties: z.record(z.string(), property) });

/** The page docs/settings.md as Markdown, from the schema's own words and defaults. */
export function settingsPage(): string {
  const schema = jsonSchema.parse(z.toJSONSchema(settingsSchema, { io: 'input', unrepresentable: 'any' }));
  const defaults: Readonly<Record<string, unknown>> = settingsSchema.parse({});
  const names = Object.keys(schema.properties);
  const sections = parts.map(({ title, names: ours }) => {
    const rows = names
      .filter((name) => parts.find((part) => part.names.test(name))?.names === ours)
      .map((name) => settingRow(name, schema.properties[name], defaults[name]));
    return `\n## ${title}\n\n| variable | what it is | default |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return `${head}${sections.join('')}${foot}`;
}

function settingRow(name: string, setting: z.output<typeof property> | undefined, standard: unknown): string {
  const values = setting?.enum === undefined ? '' : ` (${setting.enum.map((value) => `\`${value}\``).join(', ')})`;
  const repeats = setting?.enum?.every((value) => setting.description.includes(value)) ?? false;
  const words = `${setting?.description ?? ''}${repeats ? '' : values}`;
  return `| \`${name}\` | ${words.replaceAll('|', '\\|').replaceAll('<', '&lt;')} | ${defaultText(standard)} |`;
}

function defaultText(standard: unknown): string {
  if (standard === undefined || standard === '') return '';
  const text = Array.isArray(standard)
    ? standard.join(',')
    : typeof standard === 'string'
      ? standard
      : JSON.stringify(standard);
  return `\`${text}\``;
}

if (/settings-page\.[jt]s$/.test(process.argv[1] ?? '')) process.stdout.write(settingsPage());
