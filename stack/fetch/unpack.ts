import { inheritedEnvironment } from '../../config/environment.ts';
import { requirePrerequisite } from '../prerequisites.ts';
import { runTool } from '../tethered-process.ts';

/** Python has a zip reader everywhere; `unzip` is not everywhere. Arguments: jar, folder, prefix, patterns. */
const script = `
import os, re, sys, shutil, zipfile
jar, folder, prefix, *patterns = sys.argv[1:]
wanted = re.compile('|'.join('(?:%s)' % one for one in patterns))
with zipfile.ZipFile(jar) as archive:
    for entry in archive.infolist():
        name = entry.filename[len(prefix):] if entry.filename.startswith(prefix) else ''
        if not wanted.fullmatch(name) or name.endswith('/') or '..' in name.split('/'):
            continue
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with archive.open(entry) as source, open(path, 'wb') as target:
            shutil.copyfileobj(source, target, 1 << 20)
        if name.startswith('bin/'):
            os.chmod(path, 0o755)
`;

/** Unpacks those files of a jar below `prefix` that match a pattern (regular expressions over the rest of the path). */
export async function unpackJar(
  jar: string,
  folder: string,
  prefix: string,
  patterns: readonly string[],
): Promise<void> {
  const python = await requirePrerequisite('python', `unpacking ${jar}`);
  await runTool({
    command: python.path,
    args: ['-c', script, jar, folder, prefix, ...patterns],
    environment: inheritedEnvironment(),
    purpose: `unpacking ${jar}`,
  });
}
