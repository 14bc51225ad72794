import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { cacheFolder, inheritedEnvironment } from '../../config/environment.ts';
import type { Settings } from '../../config/settings.ts';
import { obtain } from '../../stack/fetch/cache.ts';
import { pipInstall, type PinnedWheel } from '../../stack/fetch/pip.ts';
import { requirePrerequisite } from '../../stack/prerequisites.ts';

/** delta-rs with what it imports: Linux x64 and macOS arm64, CPython 3.11 and later. */
const wheels: readonly PinnedWheel[] = [
  {
    name: 'deltalake',
    version: '1.6.6',
    sha256: [
      '802db1ae734295c7b947bddd228b9e6b5df702846b085be91ad593840f72e36c',
      '9e97c964ac768e104a58f147c3b41f281e9ed010825e02a3846d4a9c571a5d8a',
    ],
  },
  {
    name: 'arro3-core',
    version: '0.9.1',
    sha256: [
      '2b0dd4f5a064c05304c3027e999bbc194015719f499a2b9d01bfa71f4ed57795',
      'ce7335d9275d778016052eee34c50298d2ec420990db8b0a006c69668de96569',
    ],
  },
  {
    name: 'deprecated',
    version: '1.3.1',
    sha256: ['597bfef186b6f60181535a29fbe44865ce137a5079f295b479886c82729d5f3f'],
  },
  {
    name: 'typing_extensions',
    version: '4.16.0',
    sha256: ['481caa481374e813c1b176ada14e97f1f67a4539ce9cfeb3f350d78d6370c2e8'],
  },
  { name: 'wrapt', version: '2.5.2', sha256: ['61eb54e9540ea522c2c4752a57549a83d3c67e6704ed708403d28e067aaf90f0'] },
];

const script = `
import json, os, sys
from deltalake import DeltaTable, QueryBuilder
order = json.load(sys.stdin)
table = DeltaTable(order["uri"], version=order.get("version"), storage_options=order["storage"])
found = QueryBuilder().register("t", table).execute("SELECT * FROM t ORDER BY " + order["orderBy"]).read_all()
names = list(found.schema.names)
columns = [found.column(name).to_pylist() for name in names]
text = lambda value: value.isoformat() if hasattr(value, "isoformat") else str(value)
print(json.dumps({"version": table.version(), "names": names, "rows": list(zip(*columns))}, default=text))
sys.stdout.flush()
os._exit(0)
`;

/** What delta-rs sees of a table. Times are ISO texts. */
export interface DeltaRsTable {
  readonly version: number;
  readonly names: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Makes a reader of tables in a bucket: delta-rs itself, fetched once into the cache (52 MB). */
export async function deltaRs(
  settings: Settings,
  bucket: string,
): Promise<(table: string, orderBy: string, version?: number) => DeltaRsTable> {
  const python = await requirePrerequisite('python', 'reading Delta tables with delta-rs');
  const sizes = { downloadBytes: 52_000_000, diskBytes: 150_000_000 };
  const folder = await obtain(
    {
      cacheKey: 'deltalake-1.6.6',
      ...sizes,
      fetchWith: ['python'],
      fetch: (draft, report) => pipInstall(wheels, draft, sizes, report),
    },
    cacheFolder(settings.cacheDir),
    () => undefined,
  );
  rmSync(`${folder}/.pip`, { recursive: true, force: true });
  const storage = {
    AWS_ENDPOINT_URL: settings.s3.endpoint,
    AWS_ALLOW_HTTP: 'true',
    AWS_REGION: settings.s3.region,
    AWS_ACCESS_KEY_ID: settings.s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: settings.s3.secretAccessKey,
  };
  return (table, orderBy, version) => {
    const { stdout, stderr, status } = spawnSync(python.path, ['-c', script], {
      input: JSON.stringify({ uri: `s3://${bucket}/${table}`, version, orderBy, storage }),
      env: { ...inheritedEnvironment(), PYTHONPATH: folder },
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    if (status !== 0) throw new Error(`delta-rs: ${stderr}`);
    return JSON.parse(stdout);
  };
}
