import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { goInstall } from '../fetch/go.ts';
import type { Part } from '../part.ts';
import { findOnPath, versionSaid } from '../prerequisites.ts';
import { checkS3, s3Settings } from './s3-client.ts';

const version = '1.8.0';

/** versitygw: S3 over a folder, with strict signatures; built with Go. */
export const versitygwPart: Part = {
  name: 's3',
  title: 'versitygw (S3)',
  version,
  addressSettings: ['TW_S3_ENDPOINT', 'TW_S3_BUCKET'],
  ports: { s3: 7070 },
  secrets: ['accessKey', 'secretKey'],
  runWith: [],
  onPath: async () => {
    // Built from a module, it prints no version itself; Go reads it from the binary.
    const [path, go] = [findOnPath('versitygw'), findOnPath('go')];
    if (path === undefined || go === undefined) return undefined;
    const pattern = /mod\s+github\.com\/versity\/versitygw\s+v(\S+)/;
    return (await versionSaid(go, ['version', '-m', path], pattern)) === version ? path : undefined;
  },
  recipe: async (platform) => ({
    cacheKey: `versitygw-${version}-${platform}`,
    downloadBytes: 109_000_000,
    diskBytes: 59_000_000,
    fetchWith: ['go'],
    fetch: (folder, report) =>
      goInstall(
        {
          title: 'versitygw',
          module: 'github.com/versity/versitygw',
          package: 'cmd/versitygw',
          version: `v${version}`,
          sum: 'h1:au+wI+aybno/STsQiSm35Uu6Q6iK5MWReQxgO6SEMFc=',
        },
        folder,
        report,
      ),
  }),
  launch: async ({ programs, folder, ports, secrets }) => {
    mkdirSync(join(folder, 'data'), { recursive: true, mode: 0o700 });
    return {
      command: programs.from === 'path' ? programs.path : join(programs.path, 'versitygw'),
      // Never --keep-alive: a request after a refused upload is misread on the same connection.
      args: ['-p', `127.0.0.1:${ports['s3']}`, '--health', '/health', '-q', 'posix', join(folder, 'data')],
      environment: { ROOT_ACCESS_KEY: secrets['accessKey'] ?? '', ROOT_SECRET_KEY: secrets['secretKey'] ?? '' },
    };
  },
  check: checkS3,
  settings: s3Settings,
};
