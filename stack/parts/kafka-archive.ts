import { closeSync, existsSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inheritedEnvironment } from '../../config/environment.ts';
import { obtain } from '../fetch/cache.ts';
import { choosePorts } from '../ports.ts';
import type { FoundProgram } from '../prerequisites.ts';
import { endGroup, runTool, startTethered } from '../tethered-process.ts';
import { brokerArguments, brokerProperties, formatBroker } from './kafka-broker.ts';

/** What the archive is made for: it fits one JVM and one set of jars in one place. */
export interface ArchiveFor {
  readonly java: FoundProgram;
  readonly libs: string;
  readonly version: string;
  readonly cacheDir: string;
}

/** How large an archive becomes, in bytes. */
export const archiveBytes = 48_700_000;

/**
 * The classes of a broker that has come up once, parsed and checked, as a file that the JVM maps (class data sharing): a
 * start takes a third of the time. Made once a JVM and version, then found in the cache. `undefined` where this JVM cannot
 * make one; a JVM that an archive does not fit ignores it.
 */
export async function kafkaArchive(source: ArchiveFor, onMaking: () => void): Promise<string | undefined> {
  const folder = await obtain(
    {
      cacheKey: `kafka-${source.version}-classes-${source.java.version.replaceAll(/[^\w.+-]/g, '_')}`,
      downloadBytes: 0,
      diskBytes: archiveBytes,
      fetchWith: [],
      fetch: async (draft) => {
        onMaking();
        await record(source, draft);
      },
    },
    source.cacheDir,
    () => {},
  );
  const archive = join(folder, 'classes.jsa');
  return existsSync(archive) ? archive : undefined;
}

async function record({ java, libs }: ArchiveFor, draft: string): Promise<void> {
  const runtime = { java: java.path, libs };
  const { broker = 0, controller = 0 } = await choosePorts({ broker: [], controller: [] });
  const data = join(draft, 'data');
  const properties = join(draft, 'server.properties');
  writeFileSync(properties, brokerProperties({ broker, controller }, data));
  await formatBroker(runtime, { broker, controller }, data);
  const log = openSync(join(draft, 'server.log'), 'a');
  const archive = join(draft, 'classes.jsa');
  const flags = [`-XX:ArchiveClassesAtExit=${archive}`];
  const server = startTethered({
    command: java.path,
    args: brokerArguments(runtime, properties, flags),
    environment: inheritedEnvironment(),
    folder: draft,
    output: log,
  });
  closeSync(log);
  // Nothing else may hold this process while it waits.
  server.child.ref();
  for (let n = 0; n < 300 && server.ended() === undefined && !(await accepts(broker)); n++) await delay(100);
  await endGroup(server, 30_000);
  rmSync(data, { recursive: true, force: true });
  await server.end;
  if (!(await fits(java.path, libs, archive))) rmSync(archive, { force: true });
}

/** Whether the JVM takes an archive: one that was cut short, or that this JVM could not write, it refuses. */
async function fits(java: string, libs: string, archive: string): Promise<boolean> {
  const args = [
    '-XX:+UseSerialGC',
    '-Xshare:on',
    `-XX:SharedArchiveFile=${archive}`,
    '-cp',
    join(libs, '*'),
    '-version',
  ];
  return await runTool({
    command: java,
    args,
    environment: inheritedEnvironment(),
    purpose: 'trying the archive',
  }).then(
    () => true,
    () => false,
  );
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
