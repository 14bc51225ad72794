import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pipInstall } from '../fetch/pip.ts';
import type { Part } from '../part.ts';
import { findPrerequisite, requirePrerequisite } from '../prerequisites.ts';
import { ministackWheels } from './ministack-wheels.ts';
import { checkS3, s3Settings } from './s3-client.ts';

const version = '1.5.33';
const sizes = { downloadBytes: 20_200_000, diskBytes: 45_000_000 };

/** MiniStack: S3 in one Python process. The default. */
export const ministackPart: Part = {
  name: 's3',
  title: 'MiniStack (S3)',
  version,
  addressSettings: ['TW_S3_ENDPOINT', 'TW_S3_BUCKET'],
  ports: { s3: 4566 },
  secrets: ['accessKey', 'secretKey'],
  runWith: ['python'],
  onPath: async () => undefined,
  recipe: async (platform) => {
    // What it costs is known without Python as well; fetching asks for it by itself.
    const python = await findPrerequisite('python');
    const abi = python?.version.split('.').slice(0, 2).join('') ?? '-unknown';
    return {
      // One of its wheels holds machine code for one version of Python.
      cacheKey: `ministack-${version}-${platform}-cp${abi}`,
      ...sizes,
      fetchWith: ['python'],
      fetch: (folder, report) => pipInstall(ministackWheels, folder, sizes, report),
    };
  },
  launch: async ({ programs, folder, ports, secrets }) => {
    for (const name of ['s3', 'state']) mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
    return {
      command: (await requirePrerequisite('python', 'MiniStack')).path,
      args: ['-c', 'from ministack.app import main; main()'],
      folder,
      environment: {
        PYTHONPATH: programs.path,
        // It listens on every interface unless told.
        BIND_HOST: '127.0.0.1',
        GATEWAY_PORT: String(ports['s3']),
        S3_PERSIST: '1',
        S3_DATA_DIR: join(folder, 's3'),
        PERSIST_STATE: '1',
        STATE_DIR: join(folder, 'state'),
        AUTH: 'true',
        AWS_ACCESS_KEY_ID: secrets['accessKey'] ?? '',
        AWS_SECRET_ACCESS_KEY: secrets['secretKey'] ?? '',
        IOT_MTLS_ENABLED: '0',
        SFTP_ENABLED: '0',
      },
    };
  },
  check: checkS3,
  settings: s3Settings,
};
